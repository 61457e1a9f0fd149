import { ManualClock, type Pair, StateSpec, StreamingContext } from '../src/streaming';
import { type StateSection } from '../src/engine/StoredState';
import { DataRecord } from '../src/engine/DataRecord';
import { encodeSection } from '../src/engine/encodeSection';
import { OperatorFigures } from '../src/engine/OperatorFigures';
import { UPDATE_PARAMETERS, UserState } from '../src/engine/prepare/UserState';
import { UserContext } from '../src/engine/UserContext';
import { compileCode } from '../src/expressions';
import type { Bench, Figures, Session } from './support/bench';
import { SeededRandom, sensorName } from './support/inputs';
import { median } from './support/statistics';

/** Keys touched in each batch. */
const TOUCHED = 10_000;
/** Batches that one round consists of. */
const BATCHES = 20;
/** ms */
const INTERVAL = 1000;
/** ms: longer than the benchmark, so that keys wait to time out and none does. */
const TIMEOUT = 3_600_000_000;

/** Something with state that is given one batch after the other. */
interface Subject {
  readonly keys: number;
  /** Takes a batch in. */
  take(keys: readonly string[]): void | Promise<void>;
}

/** Keys as a decoder makes them: new strings in every batch. */
function names(count: number, index: (place: number) => number): string[] {
  return Array.from({ length: count }, (_, place) => Buffer.from(sensorName(index(place)), 'latin1').toString('latin1'));
}

async function cpuOf(action: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Counts the records of each key with `mapWithState`. */
async function throughStreams(keys: number): Promise<Subject> {
  const clock = new ManualClock(0);
  const context = new StreamingContext({ batchInterval: INTERVAL, clock });
  let next: readonly Pair<string, number>[] = [];
  const counts = StateSpec.function<string, number, { readonly count: number }, number>((_key, _value, state) => {
    const count = (state.getOption()?.count ?? 0) + 1;
    state.update({ count });
    return count;
  }).timeout(TIMEOUT);
  const ticks = context.queueStream<number>([], { defaultRDD: [0] });
  ticks
    .transform(() => context.parallelize([...next]))
    .mapWithState(counts)
    .foreachRDD((rdd) => rdd.foreach(() => undefined));
  await context.start();
  return {
    keys,
    take: async (batch) => {
      next = batch.map((key): Pair<string, number> => [key, 1]);
      await clock.advance(INTERVAL);
    },
  };
}

/** The same by a state node's function: what a drawing runs, without the decoding in front. */
function throughStateNode(keys: number): Subject & { readonly state: UserState } {
  const source = 'return { count: (state ? state.count : 0) + values.length };';
  const code = compileCode({ lang: 'javascript', source }, { nodeId: 'state', parameters: UPDATE_PARAMETERS });
  if (code.kind !== 'synchronous') throw new Error('The function of a state node is synchronous.');
  const state = new UserState();
  state.configure({
    mode: 'update', code, timeout: TIMEOUT, emitsAll: false, keyLimit: 10_000_000, figures: new OperatorFigures(),
    tooManyKeys: () => undefined,
    failed: (thrown) => {
      throw thrown;
    },
    contextAt: (time) => new UserContext(time, 'state', {}, () => undefined),
    watched: (call) => call(),
  });
  let time = 0;
  let order = 0;
  return {
    keys,
    state,
    take: (batch) => {
      time += INTERVAL;
      const records = batch.map((key) => new DataRecord(1, key, key, time, order++));
      state.take(time, (emit) => {
        records.forEach(emit);
      });
      if (state.emit(time).length === 0) throw new Error('Nothing came of a batch with records.');
    },
  };
}

/** Gives each key its first record, in batches. @returns ms of CPU of the slowest one, the first ones aside, which are compiled */
async function fill(subject: Subject): Promise<number> {
  const costs: number[] = [];
  for (let first = 0; first < subject.keys; first += TOUCHED) {
    const batch = names(Math.min(TOUCHED, subject.keys - first), (place) => first + place);
    costs.push(await cpuOf(() => subject.take(batch)));
  }
  return Math.max(...(costs.length > 10 ? costs.slice(10) : costs));
}

/** Batches with keys at random. */
async function touch(subject: Subject, random: SeededRandom): Promise<Figures> {
  const costs: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const keys = names(TOUCHED, () => random.below(subject.keys));
    costs.push(await cpuOf(() => subject.take(keys)));
  }
  return { 'ms CPU/batch': median(costs), 'worst ms CPU': Math.max(...costs) };
}

/** MB that live on: objects of the JavaScript heap, and columns beside it. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

async function compareSizes(
  session: Session, name: string, make: (keys: number) => Subject | Promise<Subject>, small: number, large: number,
): Promise<void> {
  const before = memory();
  const many = await make(large);
  const worst = await fill(many);
  const bytes = ((memory() - before) * 1e6) / large;
  session.note(`${name}: ${large} keys took ${bytes.toFixed(0)} bytes each, with key and state; the worst batch with new keys ${worst.toFixed(0)} ms`);
  const few = await make(small);
  await fill(few);
  const random = new SeededRandom(6);
  await session.compare({
    name,
    baseline: `${small} keys`,
    variants: [few, many].map((subject) => ({ name: `${subject.keys} keys`, run: () => touch(subject, random) })),
  });
}

/** What a checkpoint of the state node costs after one batch, beside the first one, which has all keys. */
async function compareCheckpoints(session: Session, large: number): Promise<void> {
  const subject = throughStateNode(large);
  await fill(subject);
  const random = new SeededRandom(7);
  const kept = new Map<object, Buffer>();
  const encodeNew = (sections: readonly StateSection[], keeps: boolean): number => {
    let bytes = 0;
    for (const section of sections) {
      if (section.unchanging !== undefined && kept.has(section.unchanging)) continue;
      const encoded = encodeSection('state', section);
      bytes += encoded.length;
      if (keeps && section.unchanging !== undefined) kept.set(section.unchanging, encoded);
    }
    return bytes;
  };
  const checkpoint = async (isWhole: boolean): Promise<Figures> => {
    await subject.take(names(TOUCHED, () => random.below(large)));
    if (isWhole) kept.clear();
    let sections: readonly StateSection[] = [];
    let bytes = 0;
    const settle = await cpuOf(() => {
      sections = subject.state.sections((part) => kept.has(part));
    });
    const encode = await cpuOf(() => {
      bytes = encodeNew(sections, true);
    });
    return { 'ms CPU between batches': settle, 'ms CPU encoding': encode, 'MB encoded': bytes / 1e6 };
  };
  await session.compare({
    name: 'checkpoint',
    baseline: 'all keys',
    variants: [{ name: 'all keys', run: () => checkpoint(true) }, { name: 'touched keys', run: () => checkpoint(false) }],
  });
}

const bench: Bench = {
  work: `keyed state with a time-out: ${TOUCHED} records of random keys a batch, by mapWithState and by a state node, among 10,000 and a million keys; checkpoints`,
  goal: 'with a million keys at most twice the CPU of a batch with 10,000',
  rounds: 7,
  async run(session) {
    const [small, large] = session.isQuick ? [1000, 20_000] : [10_000, 1_000_000];
    await compareSizes(session, 'mapWithState', throughStreams, small, large);
    await compareSizes(session, 'state node', throughStateNode, small, large);
    await compareCheckpoints(session, large);
  },
};

export default bench;
