import { createRequire } from 'node:module';
import { type CodeText, compileCode, type Context } from '../src/expressions';
import { JSONataFunction } from '../src/expressions/JSONataFunction';
import type { Bench, Figures, Session } from './support/bench';

const RECORDS = 1_000;
/** So that a run takes some tenths of a second; the interpreter takes that long for all records once. */
const REPETITIONS = 3_000;

interface Record {
  readonly payload: { readonly value: number; readonly limit: number; readonly sensor: string; readonly ok: boolean };
  readonly topic: string;
  readonly key: string;
  readonly time: number;
}

interface Work {
  readonly name: string;
  readonly expression: string;
  readonly plain: (msg: Record) => unknown;
  /** The same as the body of a function in a map node. */
  readonly body: string;
}

const WORKS: readonly Work[] = [
  {
    name: 'arithmetic',
    expression: '(payload.value - 32) / 1.8 + payload.limit * 0.5',
    plain: (msg) => (msg.payload.value - 32) / 1.8 + msg.payload.limit * 0.5,
    body: 'return (msg.payload.value - 32) / 1.8 + msg.payload.limit * 0.5;',
  },
  {
    name: 'predicate',
    expression: 'payload.value > payload.limit and payload.ok = true and topic != "sensors/7"',
    plain: (msg) => msg.payload.value > msg.payload.limit && msg.payload.ok && msg.topic !== 'sensors/7',
    body: "return msg.payload.value > msg.payload.limit && msg.payload.ok && msg.topic !== 'sensors/7';",
  },
  {
    name: 'object',
    expression: '{ "sensor": payload.sensor, "celsius": (payload.value - 32) / 1.8, "high": payload.value > payload.limit, "at": time }',
    plain: (msg) => ({
      sensor: msg.payload.sensor,
      celsius: (msg.payload.value - 32) / 1.8,
      high: msg.payload.value > msg.payload.limit,
      at: msg.time,
    }),
    body: 'const { sensor, value, limit } = msg.payload; return { sensor, celsius: (value - 32) / 1.8, high: value > limit, at: msg.time };',
  },
];

const CONTEXT: Context = { batchTime: 0, env: () => undefined, log: () => undefined, warn: () => undefined, random: () => 0.5 };

function recordsOf(): Record[] {
  return Array.from({ length: RECORDS }, (_, index) => ({
    payload: { value: 40 + (index % 50) + 0.25, limit: 70 + (index % 7), sensor: `s${String(index % 100)}`, ok: index % 3 !== 0 },
    topic: `sensors/${String(index % 20)}`,
    key: 'k',
    time: 1_700_000_000_000 + index,
  }));
}

/** CPU time of this process since the start. */
function figures(start: NodeJS.CpuUsage, records: number): Figures {
  const { user, system } = process.cpuUsage(start);
  return { 'ns/record': ((user + system) * 1_000) / records };
}

let kept: unknown;

function runEach(records: readonly Record[], call: (record: Record) => unknown): Figures {
  const start = process.cpuUsage();
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const record of records) kept = call(record);
  }
  return figures(start, records.length * REPETITIONS);
}

function compiled(code: CodeText, utilPath: string): (record: Record) => unknown {
  const made = compileCode(code, { nodeId: 'bench', utilPath });
  if (made.kind !== 'synchronous') throw new Error(`"${code.source}" was not compiled.`);
  return (record) => made.call(record, CONTEXT);
}

async function compareWork(session: Session, { name, expression, plain, body }: Work, utilPath: string): Promise<void> {
  const records = session.isQuick ? recordsOf().slice(0, 10) : recordsOf();
  const jsonata = compiled({ lang: 'jsonata', source: expression }, utilPath);
  const javascript = compiled({ lang: 'javascript', source: body }, utilPath);
  const interpreter = new JSONataFunction(expression, 'bench', utilPath);
  for (const record of records) {
    const [ours, theirs] = [JSON.stringify(jsonata(record)), JSON.stringify(plain(record))];
    if (ours !== theirs) throw new Error(`${expression} gave ${ours}, and the function ${theirs}.`);
  }
  await session.compare({
    name,
    baseline: 'plain JavaScript function',
    variants: [
      // Called like the others: through one more function.
      { name: 'plain JavaScript function', run: () => runEach(records, (record) => plain(record)) },
      { name: 'JavaScript of a map node', run: () => runEach(records, javascript) },
      { name: 'compiled JSONata', run: () => runEach(records, jsonata) },
      {
        name: 'interpreted JSONata',
        run: async () => {
          const start = process.cpuUsage();
          kept = await interpreter.evaluateAll(records, CONTEXT);
          return figures(start, records.length);
        },
      },
    ],
  });
  if (kept === undefined) throw new Error('Nothing was computed.');
}

const bench: Bench = {
  work: 'arithmetic, a predicate and an object of four members for each of 1,000 records of one shape, 3,000 times; the interpreter once',
  goal: 'compiled at least 50 times as fast as the interpreter, and at most twice the time of the plain function',
  rounds: 11,
  async run(session) {
    const utilPath = createRequire(__filename).resolve('@node-red/util');
    for (const work of WORKS) await compareWork(session, work, utilPath);
  },
};

export default bench;
