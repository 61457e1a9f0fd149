/** The most characters of what was thrown that are kept: user code may throw texts of any length. */
export const LONGEST_THROWN = 2000;

/** The beginning of a text that is too long, and how long it was; others as they are. */
export function cutOff(text: string, longest = LONGEST_THROWN): string {
  if (text.length <= longest) return text;
  // By way of bytes: a mere part of a text keeps the whole of it in memory.
  const beginning = Buffer.from(text.slice(0, longest)).toString();
  return `${beginning}… (cut off; ${String(text.length)} characters)`;
}
