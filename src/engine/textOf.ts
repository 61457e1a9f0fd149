import { cutOff } from './cutOff';

/** What was thrown, in words, and not too many of them. User code may throw anything, also what cannot be turned into text. */
export function textOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string') {
      return cutOff(thrown.message);
    }
    return cutOff(String(thrown));
  } catch {
    return 'something that cannot be shown as text was thrown';
  }
}
