/**
 * A line of the ledger, which the publisher writes outside of everything that is killed. `sent` stands there before the message
 * leaves; `heard` when the broker has taken it over (PUBACK, or PUBCOMP at QoS 2). Times: ms since the epoch.
 */
export type LedgerLine =
  | { readonly kind: 'sent'; readonly producer: string; readonly sequence: number; readonly hash: string; readonly time: number }
  | { readonly kind: 'heard'; readonly producer: string; readonly sequence: number; readonly time: number };

export function ledgerText(line: LedgerLine): string {
  const { kind, producer, sequence, time } = line;
  return [kind, producer, sequence, time, ...(line.kind === 'sent' ? [line.hash] : [])].join(' ');
}

/** @throws where the line is none: a ledger that cannot be read proves nothing */
export function readLedgerLine(text: string): LedgerLine {
  const [kind, producer = '', sequence, time, hash = ''] = text.split(' ');
  const common = { producer, sequence: Number(sequence), time: Number(time) };
  const isWhole = producer !== '' && Number.isSafeInteger(common.sequence) && Number.isFinite(common.time);
  if (isWhole && kind === 'heard') return { kind, ...common };
  if (isWhole && kind === 'sent' && /^[0-9a-f]{64}$/.test(hash)) return { kind, ...common, hash };
  throw new Error(`The ledger has a line that is none: ${JSON.stringify(text)}. The publisher was stopped while it wrote, or the file is another.`);
}
