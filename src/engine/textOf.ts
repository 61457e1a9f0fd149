/** What was thrown, in words. User code may throw anything, also what cannot be turned into text. */
export function textOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') return thrown.message;
    return String(thrown);
  } catch {
    return 'something that cannot be shown as text was thrown';
  }
}
