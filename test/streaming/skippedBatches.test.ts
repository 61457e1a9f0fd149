import { expect } from 'chai';
import { type DStream, type Pair, StateSpec } from '../../src/streaming';
import { StreamingContext } from '../../src/streaming/StreamingContext';
import { recorded, type Output } from './program';
import { SettableClock } from './scheduler/SettableClock';

type Counts = DStream<Pair<string, number>>;

/** Runs five batches of one record each, then the machine sleeps for 40 s, then six more; gives the last outputs. */
async function sleeping(build: (records: Counts) => DStream<unknown>): Promise<{ outputs: Output<unknown>[]; errors: string[] }> {
  const clock = new SettableClock(0);
  const errors: string[] = [];
  const log = { warn: (text: string) => errors.push(text), error: (text: string) => errors.push(text) };
  const ssc = new StreamingContext({ batchInterval: 1000, clock, log });
  const outputs = recorded(build(ssc.queueStream(Array.from({ length: 60 }, () => [['a', 1] as const]))));
  await ssc.start();
  for (let batch = 0; batch < 5; batch++) {
    clock.pass(1000);
    await clock.settled();
  }
  clock.pause(40_000);
  await clock.settled();
  for (let batch = 0; batch < 3; batch++) {
    clock.pass(1000);
    await clock.settled();
  }
  const stopped = ssc.stop();
  await clock.settled();
  await stopped;
  return { outputs, errors };
}

describe('windows that reach back to batch times that were skipped after a pause', () => {
  const lengths = ({ outputs }: { outputs: Output<unknown>[] }): [number, number][] =>
    outputs.slice(-5).map(([time, records]) => [time, records.length]);

  // Batches run at 1 to 15 s, ten of them to make up for the pause, and for the windows that close at 16 and 17 s; then from 45 s on.
  const expected = [[17_000, 3], [45_000, 1], [46_000, 2], [47_000, 3], [48_000, 3]];

  const total = (values: number[], before: number | undefined): number => values.reduce((sum, value) => sum + value, before ?? 0);
  const last = StateSpec.function((key: string, value: number | undefined, state: { update: (value: number) => void }) => {
    state.update(value ?? 0);
    return [key, value ?? 0] as const;
  });

  it('have the states of the batches that ran', async () => {
    const result = await sleeping((records) => records.updateStateByKey(total).window(3000));
    expect(result.errors).to.deep.equal([]);
    expect(lengths(result)).to.deep.equal(expected);
  });

  it('are found at once behind streams that branch and come together again, forty times', async () => {
    const result = await sleeping((records) => {
      let stream: DStream<unknown> = records;
      for (let level = 0; level < 40; level++) stream = stream.transformWith(stream, (rdd) => rdd);
      return stream.window(3000);
    });
    expect(result.errors).to.deep.equal([]);
    expect(lengths(result)).to.deep.equal(expected);
  });

  for (const [name, build] of [
    ['transform', (records: Counts) => records.updateStateByKey(total).transform((rdd) => rdd.map((pair) => pair))],
    ['join', (records: Counts) => records.mapWithState(last).join(records)],
    ['join of snapshots', (records: Counts) => records.mapWithState(last).stateSnapshots().join(records)],
  ] as const) {
    it(`have what ${name} made of them`, async () => {
      const result = await sleeping((records) => (build(records) as DStream<unknown>).window(3000));
      expect(result.errors).to.deep.equal([]);
      expect(lengths(result)).to.deep.equal(expected);
    });
  }
});
