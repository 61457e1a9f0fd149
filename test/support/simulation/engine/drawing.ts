import type { AggregateParameters, Input, LogSync, Operator, Plan } from '../../../../src/plan/Plan';
import type { SeededRandom } from '../SeededRandom';

/** ms */
export const INTERVAL = 1000;
export const TUMBLING = 3000;

/** What stays the same in all drawings of one history. */
export interface Shape {
  readonly hasMqtt: boolean;
  readonly qos: 1 | 2;
  readonly hasTumbling: boolean;
  readonly hasState: boolean;
  readonly hasJoin: boolean;
  readonly hasFile: boolean;
  readonly roll: 'batch' | 'day';
  readonly hasOutside: boolean;
  readonly outsideMode: 'batch' | 'record';
  readonly sync: LogSync;
  /** ms between checkpoints */
  readonly checkpointInterval: number;
  readonly bufferLimit: number;
  readonly maxRate: number | null;
  /** Whether what batches give is kept for a sink before it gets it. */
  readonly pins: boolean;
}

export function shapeOf(random: SeededRandom): Shape {
  return {
    hasMqtt: random.chance(0.6),
    qos: random.chance(0.6) ? 2 : 1,
    hasTumbling: random.chance(0.4),
    hasState: random.chance(0.4),
    hasJoin: random.chance(0.3),
    hasFile: random.chance(0.5),
    roll: random.pick(['batch', 'day']),
    hasOutside: random.chance(0.3),
    outsideMode: random.pick(['batch', 'record']),
    sync: random.pick<LogSync>([{ kind: 'group' }, { kind: 'group' }, { kind: 'each' }]),
    checkpointInterval: random.pick([1, 1, 2500, 6000]),
    bufferLimit: random.pick([4, 20, 100_000]),
    maxRate: random.pick([null, null, null, 4]),
    pins: random.chance(0.3),
  };
}

/** What changes from drawing to drawing. */
export interface Version {
  readonly number: number;
  /** Of the sliding window; none without one. Each has operators of its own. */
  readonly windows: readonly SlidingWindow[];
}

export interface SlidingWindow {
  readonly id: string;
  /** ms */
  readonly length: number;
  /** How often it was reset. */
  readonly resets: number;
}

const code = (source: string): { readonly lang: 'javascript'; readonly source: string } => ({ lang: 'javascript', source });
const from = (...ids: string[]): Input[] => ids.map((id) => ({ id, port: 0 }));

const property = (name: string): AggregateParameters['of'] => ({ from: 'property', property: `payload.${name}` });

const AGGREGATES: readonly AggregateParameters[] = [
  { aggregate: 'count', of: property('id'), as: 'count' },
  { aggregate: 'sum', of: property('v'), as: 'sum' },
  { aggregate: 'max', of: property('id'), as: 'max' },
  { aggregate: 'reduce', of: property('id'), as: 'last', reduce: code('return b;') },
];

function flowSink(id: string, input: string, pin = false): Operator {
  return { id, type: 'sink', inputs: from(input), parameters: { target: { kind: 'flow' }, mode: 'batch', emptyBatches: true, pin } };
}

function windowed(id: string, length: number, slide: number): Operator[] {
  return [
    { id: `${id}-window`, type: 'window', inputs: from('keeper'), parameters: { length, slide } },
    {
      id: `${id}-reduce`, type: 'reduceByKey', inputs: from(`${id}-window`),
      parameters: { key: { from: 'key' }, aggregates: AGGREGATES, emit: 'all', emitLeaving: false, keyLimit: 1000 },
    },
    flowSink(id, `${id}-reduce`),
  ];
}

/** The name of the sink that tells which drawing a batch ran with. */
export const versionSink = (version: number): string => `version-${String(version)}`;

export function planFor(shape: Shape, { number, windows }: Version): Plan {
  const receiver = (id: string, source: Extract<Operator, { type: 'receiver' }>['parameters']['source']): Operator => ({
    id, type: 'receiver', inputs: [],
    parameters: {
      source, format: 'json', key: { from: 'topic' }, bufferLimit: shape.bufferLimit, maxRate: shape.maxRate, backpressure: null,
    },
  });
  const operators: Operator[] = [receiver('wire', { kind: 'wire' })];
  if (shape.hasMqtt) operators.push(receiver('mqtt', { kind: 'mqtt', connection: 'broker', topic: 't/#', qos: shape.qos }));
  operators.push(
    {
      id: 'keeper', type: 'checkpoint', inputs: shape.hasMqtt ? from('wire', 'mqtt') : from('wire'),
      parameters: { path: '/data', interval: shape.checkpointInterval, sync: shape.sync, logLimit: 1e9, retention: 1e12 },
    },
    flowSink('raw', 'keeper'),
    flowSink(versionSink(number), 'keeper'),
    { id: 'map', type: 'map', inputs: from('keeper'), parameters: { mode: 'map', code: code(`return msg.payload.id * 1000 + ${String(number)};`) } },
    flowSink('mapped', 'map'),
  );
  if (shape.pins) {
    operators.push(
      { id: 'dice', type: 'map', inputs: from('keeper'), parameters: { mode: 'map', code: code('return Math.random();') } },
      flowSink('pinned', 'dice', true),
    );
  }
  if (shape.hasTumbling) operators.push(...windowed('tumbling', TUMBLING, TUMBLING));
  for (const { id, length } of windows) operators.push(...windowed(id, length, INTERVAL));
  if (shape.hasState) {
    operators.push({
      id: 'state', type: 'state', inputs: from('keeper'),
      parameters: {
        key: { from: 'key' }, mode: 'update', code: code('return (state ?? 0) + values.reduce((sum, value) => sum + value.v, 0);'),
        timeout: null, emit: 'changed', keyLimit: 1000,
      },
    }, flowSink('totals', 'state'));
  }
  if (shape.hasJoin && shape.hasMqtt) {
    operators.push({ id: 'join', type: 'join', inputs: from('wire', 'mqtt'), parameters: { mode: 'cogroup', left: 'wire' } }, flowSink('joined', 'join'));
  }
  if (shape.hasFile) {
    operators.push({
      id: 'file', type: 'sink', inputs: from('keeper'),
      parameters: {
        target: { kind: 'file', path: '/out', name: 'records', format: 'json', roll: shape.roll, columns: [] }, mode: 'record', emptyBatches: false,
      },
    });
  }
  if (shape.hasOutside) {
    operators.push({
      id: 'outside', type: 'sink', inputs: from('keeper'),
      parameters: { target: { kind: 'http', connection: 'server', timeout: 1000 }, mode: shape.outsideMode, emptyBatches: false },
    });
  }
  return { version: 1, graph: 'keeper', batchInterval: INTERVAL, operators };
}
