import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Pair, StateSpec, type State } from '../../../src/streaming';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { type Output, program, recorded } from '../program';

type Keyed = Pair<string, number>;

const record: fc.Arbitrary<Keyed> = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 9 }));
const batches = fc.array(
  fc.oneof({ weight: 5, arbitrary: fc.array(record, { maxLength: 5 }) }, { weight: 2, arbitrary: fc.constant(null) }),
  { minLength: 1, maxLength: 14 },
);
const initial = fc.uniqueArray(record, { selector: ([key]) => key, maxLength: 3 });

const partitions = fc.constantFrom(1, 2, 4, 7);

/** Where user code throws, once each: the how many-th calls of a program. */
const failures = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 6 });

/** A function that does the same, but throws at some of its calls. */
function failing<A extends unknown[], R>(calls: readonly number[], original: (...parameters: A) => R): (...parameters: A) => R {
  const left = new Set(calls);
  let call = 0;
  return (...parameters) => {
    if (left.delete(call++)) throw new Error('user code');
    return original(...parameters);
  };
}

/** Runs a program whose failed batches are tried again, and gives what its outputs got. */
async function run(count: number, build: (ssc: StreamingContext) => Output<unknown>[][]): Promise<Output<unknown>[][]> {
  const { ssc, clock, errors } = program({ retries: 10 });
  const outputs = build(ssc);
  await ssc.start();
  await clock.advance(count * 1000);
  await ssc.stop();
  expect(errors).to.deep.equal([]);
  return outputs;
}

describe('state against an oracle that goes through the whole input', () => {
  it('updateStateByKey, with its window', async () => {
    // Removes every key whose state becomes a multiple of 4.
    const update = (values: readonly number[], state: number | undefined, time: number): number | undefined => {
      const next = values.reduce((total, value) => total * 3 + value, (state ?? 0) + 1) % 97;
      return next % 4 === 0 ? undefined : next + (time % 2000 === 0 ? 1 : 0);
    };
    await fc.assert(fc.asyncProperty(batches, initial, failures, partitions, async (input, first, calls, numPartitions) => {
      const [states, windows] = await run(input.length, (ssc) => {
        const stream = ssc.queueStream<Keyed>([...input]).repartition(numPartitions)
          .updateStateByKey(failing(calls, update), { numPartitions, initialState: first });
        return [recorded(stream), recorded(stream.window(3000, 2000))];
      });

      let state = [...first];
      const versions = input.map((records, index): Output<Keyed> => {
        const time = (index + 1) * 1000;
        const keys = [...new Set([...state.map(([key]) => key), ...(records ?? []).map(([key]) => key)])];
        state = keys.flatMap((key): Keyed[] => {
          const values = (records ?? []).filter(([other]) => other === key).map(([, value]) => value);
          const next = update(values, state.find(([other]) => other === key)?.[1], time);
          return next === undefined ? [] : [[key, next]];
        });
        return [time, state];
      });
      expect(states).to.deep.equal(versions);
      const slides = versions.filter(([time]) => time % 2000 === 0).map(([end]) => [
        end, versions.filter(([time]) => time > end - 3000 && time <= end).flatMap(([, records]) => records),
      ]);
      expect(windows).to.deep.equal(slides);
    }), { numRuns: 120 });
  });

  it('mapWithState: results, snapshots, and a window of snapshots', async () => {
    const timeouts = fc.constantFrom(undefined, 1000, 2000, 3000);
    const settings = fc.record({ timeout: timeouts, numPartitions: partitions });
    await fc.assert(fc.asyncProperty(batches, initial, failures, settings, async (input, first, calls, setting) => {
      const { timeout, numPartitions } = setting;
      // 0 only looks, a multiple of 4 removes, anything else is added.
      const map = failing(calls, (key: string, value: number | undefined, state: State<number>, time: number) => {
        if (state.isTimingOut()) return `${key} out with ${String(state.get())} at ${String(time)}`;
        if (value === undefined) throw new Error('no value');
        if (value === 0) return `${key} has ${String(state.getOption())}`;
        if (value % 4 === 0) {
          state.remove();
          return undefined;
        }
        state.update((state.getOption() ?? 0) + value);
        return `${key} ${String(state.get())}`;
      });
      const outputs = await run(input.length, (ssc) => {
        const spec = StateSpec.function(map).initialState(first).numPartitions(numPartitions);
        const stream = ssc.queueStream<Keyed>([...input]).repartition(numPartitions)
          .mapWithState(timeout === undefined ? spec : spec.timeout(timeout));
        return [recorded(stream), recorded(stream.stateSnapshots()), recorded(stream.stateSnapshots().window(4000, 3000))];
      });

      let states = first.map(([key, sum]) => ({ key, sum, time: 1000 }));
      const results: Output<string>[] = [];
      const snapshots: Output<Keyed>[] = [];
      input.forEach((records, index) => {
        const time = (index + 1) * 1000;
        const emitted: string[] = [];
        for (const [key, value] of records ?? []) {
          const present = states.find((state) => state.key === key);
          if (value === 0) {
            emitted.push(`${key} has ${String(present?.sum)}`);
            if (present !== undefined && timeout !== undefined) present.time = time;
          } else if (value % 4 === 0) {
            states = states.filter((state) => state !== present);
          } else {
            if (present === undefined) states.push({ key, sum: value, time });
            else Object.assign(present, { sum: present.sum + value, time });
            emitted.push(`${key} ${String((present?.sum ?? value))}`);
          }
        }
        if (timeout !== undefined) {
          const due = states.filter((state) => state.time < time - timeout).sort((one, other) => one.time - other.time);
          for (const { key, sum } of due) emitted.push(`${key} out with ${String(sum)} at ${String(time)}`);
          states = states.filter((state) => !due.includes(state));
        }
        results.push([time, emitted]);
        snapshots.push([time, states.map(({ key, sum }): Keyed => [key, sum])]);
      });
      const windows = snapshots.filter(([time]) => time % 3000 === 0).map(([end]) => [
        end, snapshots.filter(([time]) => time > end - 4000 && time <= end).flatMap(([, records]) => records),
      ]);
      expect(outputs).to.deep.equal([results, snapshots, windows]);
    }), { numRuns: 150 });
  });
});
