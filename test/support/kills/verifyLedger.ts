import { readLedgerLine } from './ledger';
import { hashOf, parsed, readingIn } from './reading';

/** What became of everything that was published, by what a sink holds in the end. */
export interface Verdict {
  /** Messages that the publisher has begun to send. */
  readonly published: number;
  /** Those that the broker has taken over: nothing of them may be missing. */
  readonly acknowledged: number;
  /** Different messages that are there, and whole. */
  readonly found: number;
  /** Acknowledged messages that are not there. */
  readonly lost: number;
  /** Messages that are not there, and of which nobody was told that they were safe. */
  readonly unacknowledgedMissing: number;
  /** Copies beyond the first. */
  readonly duplicated: number;
  /** Those of them that the broker has not delivered again: nobody but the receiver can have made them. */
  readonly unexplained: number;
  /** Rows that nobody published. */
  readonly phantom: number;
  /** Rows that are torn, or not what was published. */
  readonly corrupted: number;
  /** First copies that come after a later message of their sensor. */
  readonly outOfOrder: number;
  /** The first of each kind, for a person. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 5;

interface Published {
  readonly hash: string;
  isHeard: boolean;
  copies: number;
}

/** How many times a message was delivered again. */
export type Again = (producer: string, sequence: number) => number;

/**
 * Reads the ledger and then the rows, in the order in which the sink has them. Each row is the JSON of a `Reading`.
 * @param again where it is known; without it no second copy has an excuse
 */
export async function verifyLedger(ledger: AsyncIterable<string>, rows: AsyncIterable<string>, again: Again = () => 0): Promise<Verdict> {
  const messages = new Map<string, Published[]>();
  for await (const text of ledger) {
    const line = readLedgerLine(text);
    const ofProducer = messages.get(line.producer) ?? [];
    messages.set(line.producer, ofProducer);
    if (line.kind === 'sent') {
      if (line.sequence !== ofProducer.length) {
        throw new Error(`The ledger of ${line.producer} goes on with ${line.sequence} where ${ofProducer.length} is next.`);
      }
      ofProducer.push({ hash: line.hash, isHeard: false, copies: 0 });
    } else {
      const heard = ofProducer[line.sequence];
      if (heard === undefined) throw new Error(`The ledger says that ${line.producer} ${line.sequence} was heard before it was sent.`);
      heard.isHeard = true;
    }
  }

  const counts = {
    published: 0, acknowledged: 0, found: 0, lost: 0, unacknowledgedMissing: 0, duplicated: 0, unexplained: 0, phantom: 0, corrupted: 0, outOfOrder: 0,
  };
  const examples: string[] = [];
  const told = new Map<string, number>();
  const tell = (kind: string, what: string): void => {
    const before = told.get(kind) ?? 0;
    told.set(kind, before + 1);
    if (before < MOST_EXAMPLES) examples.push(`${kind}: ${what}`);
  };

  const latest = new Map<string, number>();
  for await (const row of rows) {
    const value = parsed(row);
    const reading = readingIn(value);
    if (reading === undefined) {
      counts.corrupted++;
      tell('corrupted', row.slice(0, 200));
      continue;
    }
    const { producer, sequence, sensor } = reading;
    const message = messages.get(producer)?.[sequence];
    if (message === undefined) {
      counts.phantom++;
      tell('phantom', `${producer} ${sequence}`);
    } else if (hashOf(value) !== message.hash) {
      counts.corrupted++;
      tell('corrupted', `${producer} ${sequence}: ${row.slice(0, 200)}`);
    } else if (++message.copies > 1) {
      counts.duplicated++;
      tell('duplicated', `${producer} ${sequence}`);
      if (message.copies - 1 > again(producer, sequence)) {
        counts.unexplained++;
        tell('unexplained', `${producer} ${sequence}, copy ${message.copies}`);
      }
    } else {
      counts.found++;
      const place = `${producer} ${sensor}`;
      const before = latest.get(place) ?? -1;
      if (sequence < before) {
        counts.outOfOrder++;
        tell('out of order', `${producer} ${sequence} of ${sensor} after ${before}`);
      }
      latest.set(place, Math.max(before, sequence));
    }
  }

  for (const [producer, ofProducer] of messages) {
    let from: number | undefined;
    for (const [sequence, { isHeard, copies }] of ofProducer.entries()) {
      counts.published++;
      if (isHeard) counts.acknowledged++;
      const isLost = isHeard && copies === 0;
      if (isLost) counts.lost++;
      else if (copies === 0) counts.unacknowledgedMissing++;
      if (isLost) from ??= sequence;
      else if (from !== undefined) {
        tell('lost', `${producer} ${from} to ${sequence - 1}`);
        from = undefined;
      }
    }
    if (from !== undefined) tell('lost', `${producer} ${from} to ${ofProducer.length - 1}, the last`);
  }
  return { ...counts, examples };
}
