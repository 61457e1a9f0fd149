/** The text that says why nothing new comes. @param status of HTTP; 0 where nobody answered */
export function failureKey(status: number): string {
  if (status === 0) return 'notice.unreachable';
  if (status === 401 || status === 403) return 'notice.signedOut';
  if (status === 404) return 'notice.missing';
  return 'notice.failing';
}
