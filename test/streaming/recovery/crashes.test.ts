import { expect } from 'chai';
import * as fc from 'fast-check';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { type Life, Lives } from './Lives';

/** Turns of the microtask queue, after which all that the disk can do has been done. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** Every state that the program gave for a batch must be the sum of the records of all batches up to that one. */
class Ledger {
  /** Records that the log has confirmed: numbers that differ in one bit each would overflow, so they are texts. */
  readonly confirmed = new Set<string>();
  readonly stored = new Set<string>();
  readonly given = new Map<number, readonly string[]>();
  #next = 0;

  store(life: Life<string>): void {
    const record = `r${String(this.#next++)}`;
    this.stored.add(record);
    life.hand.storeBlock([record]).then(
      () => this.confirmed.add(record),
      () => undefined,
    );
  }

  read({ outputs }: Life<string>): void {
    for (const [time, records] of outputs) {
      const [[, all] = ['', []]] = records as readonly (readonly [string, readonly string[]])[];
      expect(new Set(all).size, `the batch of ${String(time)} ms has no record twice`).to.equal(all.length);
      const before = this.given.get(time);
      if (before !== undefined) expect(all, `the batch of ${String(time)} ms, again`).to.deep.equal(before);
      this.given.set(time, all);
    }
  }
}

describe('a program that crashes at any moment', () => {
  it('has every confirmed record in its state once, and gives the same for a batch whenever it runs', async () => {
    let crashes = 0;
    let again = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), fc.constantFrom('kill' as const, 'power' as const), async (seed, kind) => {
        const random = new SeededRandom(seed);
        const lives = new Lives<string>(
          (input) => input.map((record) => ['all', record] as const)
            .updateStateByKey<string, string, readonly string[]>((added, all = []) => [...all, ...added]),
          seed,
        );
        const ledger = new Ledger();
        for (let count = 0; count < 4; count++) {
          const life = await lives.start({ checkpointInterval: 2000 });
          again += life.outputs.filter(([time]) => ledger.given.has(time)).length;
          let isOver = false;
          void lives.disk.crashAfter(1 + random.below(60), kind).then(() => {
            isOver = true;
          });
          for (let step = 0; step < 60; step++) {
            if (random.chance(0.5)) ledger.store(life);
            void life.clock.advance(500);
            await turns(200);
            if (isOver as boolean) break;
          }
          if (!(isOver as boolean)) lives.disk.crash(kind);
          crashes++;
          lives.now = life.clock.now();
          ledger.read(life);
        }
        const last = await lives.start();
        await last.clock.advance(2000);
        ledger.read(last);
        const [, records] = last.outputs.at(-1) ?? [0, []];
        const [[, all] = ['', []]] = records as readonly (readonly [string, readonly string[]])[];
        expect([...ledger.confirmed].filter((record) => !all.includes(record))).to.deep.equal([]);
        expect(all.filter((record) => !ledger.stored.has(record))).to.deep.equal([]);
        expect(last.errors).to.deep.equal([]);
        await lives.stop(last);
      }),
      { numRuns: 60 },
    );
    expect(crashes).to.equal(240);
    expect(again).to.be.above(50);
  });
});
