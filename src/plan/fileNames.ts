/** Names that Windows keeps for devices, whatever follows a dot. */
const DEVICES = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * Whether files may be named so on any system, with more appended: letters, digits, blanks and `. _ -`, at most 100 characters,
 * and neither hidden nor ending in what Windows takes away.
 */
export function isFileName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._-]{0,99}$/u.test(name) && !/[ .]$/.test(name) && !DEVICES.test(name);
}
