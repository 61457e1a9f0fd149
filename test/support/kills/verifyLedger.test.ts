import { expect } from 'chai';
import { SeededRandom } from '../simulation/SeededRandom';
import { ledgerText } from './ledger';
import { hashOf, type Reading, readingOf } from './reading';
import { verifyLedger } from './verifyLedger';

const READINGS = Array.from({ length: 30 }, (_, sequence) => readingOf('p', sequence, 3, new SeededRandom(sequence)));
const ROWS = READINGS.map((reading) => JSON.stringify(reading));

/** The ledger of all readings; `unheard`: those that the broker has not taken over. */
function ledger(unheard: readonly number[] = []): string[] {
  const sent = READINGS.map((reading) => ledgerText({ kind: 'sent', producer: 'p', sequence: reading.sequence, hash: hashOf(reading), time: 1 }));
  const heard = READINGS.filter(({ sequence }) => !unheard.includes(sequence));
  return [...sent, ...heard.map(({ sequence }) => ledgerText({ kind: 'heard', producer: 'p', sequence, time: 2 }))];
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}

function verify(rows: readonly string[], of = ledger()): ReturnType<typeof verifyLedger> {
  return verifyLedger(each(of), each(rows));
}

const CLEAN = {
  published: 30, acknowledged: 30, found: 30, lost: 0, unacknowledgedMissing: 0, duplicated: 0, unexplained: 0, phantom: 0, corrupted: 0, outOfOrder: 0,
};

describe('verifyLedger', () => {
  it('finds nothing where everything arrived once and whole', async () => {
    expect(await verify(ROWS)).to.deep.equal({ ...CLEAN, examples: [] });
  });

  it('counts what is lost, and says which', async () => {
    const verdict = await verify(ROWS.filter((_, index) => ![4, 5, 6, 29].includes(index)));
    expect(verdict).to.deep.include({ ...CLEAN, found: 26, lost: 4, examples: ['lost: p 4 to 6', 'lost: p 29 to 29, the last'] });
  });

  it('does not count as lost what the broker never took over, nor as phantom where it is there', async () => {
    const verdict = await verify(ROWS.slice(0, 29), ledger([28, 29]));
    expect(verdict).to.deep.include({ ...CLEAN, acknowledged: 28, found: 29, unacknowledgedMissing: 1, examples: [] });
  });

  it('counts each further copy as a duplicate, not as out of order', async () => {
    const verdict = await verify([...ROWS, ROWS[3]!, ROWS[3]!]);
    expect(verdict).to.deep.include({ ...CLEAN, duplicated: 2, unexplained: 2 });
    expect(verdict.examples).to.deep.equal(['duplicated: p 3', 'unexplained: p 3, copy 2', 'duplicated: p 3', 'unexplained: p 3, copy 3']);
  });

  it('excuses a copy that was delivered again, and no further one', async () => {
    const again = (producer: string, sequence: number): number => (producer === 'p' && sequence === 3 ? 1 : 0);
    const verdict = await verifyLedger(each(ledger()), each([...ROWS, ROWS[3]!, ROWS[3]!, ROWS[4]!]), again);
    expect(verdict).to.deep.include({ ...CLEAN, duplicated: 3, unexplained: 2 });
  });

  it('counts rows that nobody published', async () => {
    const strange: Reading = { producer: 'q', sequence: 0, sensor: 's0', value: 1, text: '' };
    const verdict = await verify([...ROWS, JSON.stringify(strange), JSON.stringify({ ...READINGS[0], sequence: 30 })]);
    expect(verdict).to.deep.include({ ...CLEAN, phantom: 2, examples: ['phantom: q 0', 'phantom: p 30'] });
  });

  it('counts torn and changed rows as corrupted, and what they were as lost', async () => {
    const rows = [...ROWS];
    rows[1] = ROWS[1]!.slice(0, 40);
    rows[2] = JSON.stringify({ ...READINGS[2], value: (READINGS[2]?.value ?? 0) + 1 });
    rows[3] = JSON.stringify({ ...READINGS[3], more: 1 });
    const verdict = await verify(rows);
    expect(verdict).to.deep.include({ ...CLEAN, found: 27, lost: 3, corrupted: 3 });
  });

  it('sees a sensor whose messages changed places, but not two sensors', async () => {
    // Sensors come in turn: 6 and 9 are of the same, 7 and 8 are not.
    const rows = [...ROWS];
    [rows[7], rows[8]] = [ROWS[8]!, ROWS[7]!];
    expect(await verify(rows)).to.deep.include(CLEAN);
    [rows[6], rows[9]] = [ROWS[9]!, ROWS[6]!];
    expect(await verify(rows)).to.deep.include({ ...CLEAN, outOfOrder: 1, examples: ['out of order: p 6 of s0 after 9'] });
  });

  it('refuses a ledger with a gap or a torn line', async () => {
    const gap = await verify(ROWS, ledger().slice(1)).catch((error: unknown) => error);
    expect(gap).to.have.property('message', 'The ledger of p goes on with 1 where 0 is next.');
    const torn = await verify(ROWS, [...ledger(), 'sent p 30']).catch((error: unknown) => error);
    expect(torn).to.have.property('message').that.includes('has a line that is none: "sent p 30"');
  });
});
