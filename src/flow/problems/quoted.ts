/** A value of a dialog as a problem shows it: short, and told apart from the words around it. */
export function quoted(value: unknown): string {
  if (value === '') return 'empty';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === undefined || value === null) return 'not set';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `of type ${typeof value}`;
}
