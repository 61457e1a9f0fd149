import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import { ManualClock } from '../../src/streaming';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from '../engine/plans';
import { HOSTILE_NAMES, HOSTILE_TEXTS } from './hostile';

/** What the program tells the test that has started it. */
export interface HostileRun {
  /** What came out of a graph that lets everything through: topic, key and payload. */
  readonly through: readonly (readonly [topic: unknown, key: unknown, payload: unknown])[];
  /** The keys of a graph that counts by key, with their counts. */
  readonly counts: readonly (readonly [key: unknown, count: unknown])[];
  /** Records whose payload has got a property from a prototype that a message made up. */
  readonly inherited: number;
  /** What `globalThis.evaluated` is in the end: undefined unless something was evaluated. */
  readonly evaluated: unknown;
  /** Properties of Object.prototype, Array.prototype and Function.prototype that came, went or changed. */
  readonly changed: readonly string[];
  /** Globals that came. */
  readonly globals: readonly string[];
}

type Fingerprint = Map<string, unknown>;

/** Every property of the prototypes that everything inherits from. */
function fingerprint(): Fingerprint {
  const found: Fingerprint = new Map();
  const prototypes: Record<string, object> = { Object: Object.prototype, Array: Array.prototype, Function: Function.prototype, String: String.prototype, Map: Map.prototype };
  for (const [name, prototype] of Object.entries(prototypes)) {
    for (const key of Reflect.ownKeys(prototype)) {
      const property: { readonly value?: unknown; readonly get?: unknown } = Reflect.getOwnPropertyDescriptor(prototype, key) ?? {};
      found.set(`${name}.${String(key)}`, property.get ?? property.value);
    }
  }
  return found;
}

/** JSON with names that could reach a prototype. */
const polluting = HOSTILE_NAMES.map((name) => `{"${name}": {"polluted": 1, "value": 1}, "value": 1}`);

/** The texts as they are, and what names could do inside objects. */
function messages(): { topic: string; payload: unknown }[] {
  return [
    ...HOSTILE_TEXTS.map((text) => ({ topic: text, payload: text })),
    ...HOSTILE_NAMES.map((name) => ({ topic: name, payload: name })),
    ...polluting.map((text) => ({ topic: 'json', payload: JSON.parse(text) as unknown })),
    ...polluting.map((text) => ({ topic: 'text', payload: text })),
    ...polluting.map((text) => ({ topic: 'bytes', payload: Buffer.from(text) })),
  ];
}

async function main(): Promise<void> {
  const before = fingerprint();
  const globals = new Set(Object.getOwnPropertyNames(globalThis));
  const clock = new ManualClock(0);
  const plan = planOf([
    receiver(),
    receiver({ format: 'json' }, 'parsed'),
    { id: 'same', type: 'map', inputs: from('in', 'parsed'), parameters: { mode: 'map', code: { lang: 'javascript', source: 'return { ...msg, payload: msg.payload };' } } },
    map('all', 'same', 'return true;', 'filter'),
    sink('through', 'all'),
    window('window', 'same', 2000, 1000),
    reduceByKey('counted', 'window', [aggregate('count'), aggregate('sum'), aggregate('last', 'payload.__proto__.polluted', 'inherited')]),
    sink('counts', 'counted'),
  ]);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, OPTIONS);
  const through: [unknown, unknown, unknown][] = [];
  let counts: [unknown, unknown][] = [];
  let inherited = 0;
  const inherits = (payload: unknown): boolean => typeof payload === 'object' && payload !== null && 'polluted' in payload;
  query.on('output', ({ operator, records, batchTime }) => {
    if (operator === 'through') for (const { topic, key, payload } of records) through.push([topic, key, payload]);
    inherited += records.filter(({ payload }) => inherits(payload)).length;
    if (operator === 'counts' && batchTime === 1000) counts = records.map(({ payload }) => payload as { key: unknown; count: unknown }).map(({ key, count }) => [key, count]);
  });
  await query.started;
  await query.offer('in', messages());
  await query.offer('parsed', polluting.map((text) => ({ topic: 'parsed', payload: Buffer.from(text) })));
  await clock.advance(3000);
  await query.stop();
  const after = fingerprint();
  const run: HostileRun = {
    through,
    counts,
    inherited,
    evaluated: (globalThis as { evaluated?: unknown }).evaluated,
    changed: [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name)),
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !globals.has(name)),
  };
  // As text inside text, so that no reader of the channel gives names like __proto__ a meaning.
  process.stdout.write(JSON.stringify(run));
}

if (require.main === module) void main();
