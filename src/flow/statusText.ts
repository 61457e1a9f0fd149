/** The editor shows a status on one line under its node; longer ones would run into the next node. */
const LONGEST_STATUS = 60;

/** A text as the status of a node: cut where it is too long, and seen to be. */
export function statusText(text: string): string {
  return text.length > LONGEST_STATUS ? `${text.slice(0, LONGEST_STATUS - 1)}…` : text;
}
