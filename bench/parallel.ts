import { performance } from 'node:perf_hooks';
import { EmbeddedEngine } from '../src/engine/EmbeddedEngine';
import type { BatchEvent, OfferedMessage, OutputEvent, Query } from '../src/engine/Engine';
import type { Parallelism } from '../src/engine/parallel/Helpers';
import type { Operator, Plan } from '../src/plan/Plan';
import type { Bench, Figures, Variant } from './support/bench';
import { encoded, readings } from './support/inputs';

/** Records of a batch. */
const RECORDS = 20_000;

const SENSORS = 1000;

const BATCH_INTERVAL = 100;

/** What a map function takes for each record, µs. */
const COSTS = [20, 5, 1];

/** A function body that computes for a while: so many steps of arithmetic that nothing can take out. */
function busyBody(steps: number): string {
  return `
    const reading = msg.payload;
    let value = reading.celsius;
    for (let step = 0; step < ${steps}; step++) value = Math.sqrt(value * value + step);
    return { payload: { sensor: reading.sensor, value } };`;
}

/** How many steps take a microsecond here. */
function stepsPerMicrosecond(): number {
  const steps = 20_000_000;
  let value = 1;
  let best = Infinity;
  for (let attempt = 0; attempt < 3; attempt++) {
    const begun = performance.now();
    for (let step = 0; step < steps; step++) value = Math.sqrt(value * value + step);
    best = Math.min(best, performance.now() - begun);
  }
  return value > 0 ? steps / (best * 1000) : NaN;
}

/** What becomes of the records behind the function. */
interface Drawing {
  readonly name: string;
  readonly behind: readonly Operator[];
  /** How many results there are to wait for. */
  readonly results: number;
  /** The results in a form that does not depend on how the records were cut into batches. */
  readonly shown: (results: readonly unknown[]) => string;
}

const input = (id: string): { id: string; port: number }[] => [{ id, port: 0 }];

const sink = (id: string): Operator =>
  ({ id: 'out', type: 'sink', inputs: input(id), parameters: { target: { kind: 'flow' }, mode: 'batch', emptyBatches: false } });

const AGGREGATES = ['mean', 'max', 'count'];

interface SensorResult {
  readonly key: string;
  readonly max: number;
  readonly count: number;
}

/** Of several batches together. */
function shownSensors(results: readonly unknown[]): string {
  const sensors = new Map<string, SensorResult>();
  for (const { key, max, count } of results as readonly SensorResult[]) {
    const present = sensors.get(key);
    sensors.set(key, { key, max: Math.max(max, present?.max ?? -Infinity), count: count + (present?.count ?? 0) });
  }
  return JSON.stringify([...sensors.values()]);
}

const DRAWINGS: readonly Drawing[] = [
  {
    name: 'mean by sensor',
    behind: [
      {
        id: 'sensors',
        type: 'reduceByKey',
        inputs: input('map'),
        parameters: {
          key: { from: 'property', property: 'payload.sensor' },
          aggregates: AGGREGATES.map((aggregate) => ({ aggregate, of: { from: 'property', property: 'payload.value' }, as: aggregate })),
          emit: 'all', emitLeaving: false, keyLimit: 1_000_000,
        },
      },
      sink('sensors'),
    ],
    results: SENSORS,
    shown: shownSensors,
  },
  { name: 'every record', behind: [sink('map')], results: RECORDS, shown: (results) => JSON.stringify(results) },
];

function planOf(steps: number, { behind }: Drawing): Plan {
  return {
    version: 1,
    graph: 'bench',
    batchInterval: BATCH_INTERVAL,
    operators: [
      {
        id: 'in',
        type: 'receiver',
        inputs: [],
        parameters: {
          source: { kind: 'wire' }, format: 'json', key: { from: 'property', property: 'payload.sensor' },
          bufferLimit: 10 * RECORDS, maxRate: null, backpressure: null,
        },
      },
      { id: 'map', type: 'map', inputs: input('in'), parameters: { mode: 'map', code: { lang: 'javascript', source: busyBody(steps) } } },
      ...behind,
    ],
  };
}

/** A running graph that is given its records again and again. */
class Subject {
  readonly #query: Query;
  /** Set while a run waits for its results. */
  #told: ((event: BatchEvent | OutputEvent) => void) | undefined;

  constructor(plan: Plan, parallelism: Parallelism) {
    const engine = new EmbeddedEngine({ isolation: 'thread', parallelism, hangLimit: 60_000 });
    this.#query = engine.start(plan, { secrets: {}, taps: [], environment: {} });
    this.#query.on('output', (event) => this.#told?.(event));
    this.#query.on('batch', (event) => this.#told?.(event));
  }

  /**
   * Resolves when all records have gone through.
   * @param expected how many results there are at least
   * @returns the results, in their order, and how many ms their batches took
   */
  async run(messages: readonly OfferedMessage[], expected: number): Promise<{ readonly results: readonly unknown[]; readonly milliseconds: number }> {
    await this.#query.started;
    const results: unknown[] = [];
    let milliseconds = 0;
    let batched = 0;
    const done = new Promise<void>((resolve) => {
      this.#told = (event) => {
        if ('processingDelay' in event) {
          batched += event.records;
          if (event.records > 0) milliseconds += event.processingDelay;
        } else {
          for (const { payload } of event.records) results.push(payload);
        }
        if (batched >= messages.length && results.length >= expected) resolve();
      };
    });
    await this.#query.offer('in', messages);
    await done;
    this.#told = undefined;
    return { results, milliseconds };
  }

  async stop(): Promise<void> {
    await this.#query.stop();
  }
}

const bench: Bench = {
  work: `a map function of ${COSTS.join(', ')} µs a record over batches of ${RECORDS} JSON records of ${SENSORS} sensors, then the mean by sensor or every record out, in one, two and as many threads as pay off`,
  goal: 'at 20 µs a record two threads do 1.7 times what one does, on two cores; as many as pay off are never slower than one',
  rounds: 7,
  async run({ compare, note, isQuick }) {
    const messages: OfferedMessage[] = encoded(readings(isQuick ? 100 : RECORDS, SENSORS)).map((payload) => ({ topic: 'readings', payload }));
    const steps = stepsPerMicrosecond();
    note(`${steps.toFixed(0)} steps of the function take a microsecond.`);
    for (const cost of isQuick ? COSTS.slice(0, 1) : COSTS) {
      for (const drawing of DRAWINGS) {
        const plan = planOf(Math.round(steps * cost), drawing);
        const subjects = new Map<string, Subject>([
          ['one thread', new Subject(plan, 1)], ['two threads', new Subject(plan, 2)], ['auto', new Subject(plan, 'auto')],
        ]);
        let expected: string | undefined;
        const variants = [...subjects].map(([name, subject]): Variant => ({
          name,
          run: async (): Promise<Figures> => {
            const { results, milliseconds } = await subject.run(messages, Math.min(drawing.results, messages.length));
            const shown = drawing.shown(results);
            expected ??= shown;
            if (shown !== expected) throw new Error(`${name} computes other results than what ran first.`);
            return { 'records/s': (messages.length / milliseconds) * 1000 };
          },
        }));
        // Auto tries both ways first.
        await compare({ name: `${cost} µs a record, ${drawing.name}`, variants, baseline: 'one thread', warmUp: 4 });
        await Promise.all([...subjects.values()].map((subject) => subject.stop()));
      }
    }
  },
};

export default bench;
