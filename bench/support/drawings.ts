import { batcher, node, receiver, sink, tab } from '../../test/support/flows';
import { broker } from '../../test/support/kills/drawing';
import type { FlowNode } from '../../test/support/NodeRed';

/** What both flows end with: one line a second in a file, `[time, end of the batch, messages, oldest]`, times in ms since the epoch. */
export type ResultLine = readonly [time: number, batchEnd: number, count: number, oldest: number];

export interface DrawingOptions {
  /** The broker's. */
  readonly port: number;
  /** One level; the sensor's name follows as the second. */
  readonly topic: string;
  /** Where the results go. */
  readonly file: string;
}

function linesInto(file: string, summary: string): FlowNode[] {
  return [
    node('summary', 'function', [['file']], { func: summary, outputs: 1, libs: [] }),
    node('file', 'file', [[]], { filename: file, filenameType: 'str', appendNewline: true, createDir: true, overwriteFile: 'false', encoding: 'none' }),
  ];
}

const OURS = [
  'let count = 0; let oldest = Infinity;',
  'for (const each of msg.payload) { count += each.count; if (each.oldest < oldest) oldest = each.oldest; }',
  'return { payload: JSON.stringify([Date.now(), msg.payload[0].windowEnd, count, oldest]) };',
].join('\n');

/** What `ours` may do otherwise. */
export interface OwnOptions {
  /** Also say when the oldest message of a batch was published. */
  readonly withOldest?: boolean;
  /** Batch interval: ms. A second when absent. */
  readonly batch?: number;
}

/** The palette's way to the mean of each sensor, every batch. */
export function ours({ port, topic, file, withOldest = false, batch = 1000 }: DrawingOptions & OwnOptions): FlowNode[] {
  const aggregates = [
    { aggregate: 'mean', of: 'payload.celsius', ofType: 'msg', as: 'mean' },
    { aggregate: 'count', of: 'payload', ofType: 'msg', as: 'count' },
    ...(withOldest ? [{ aggregate: 'min', of: 'payload.time', ofType: 'msg', as: 'oldest' }] : []),
  ];
  return [
    tab(),
    broker('broker', port),
    receiver('receiver', ['batcher'], { source: 'mqtt', broker: 'broker', topic: `${topic}/+`, qos: '1', format: 'json', keyType: 'level', key: '2' }),
    batcher('batcher', ['means'], { interval: String(batch), intervalUnits: 'ms', bufferLimit: '1000000' }),
    node('means', 'dstream-reduceByKey', [['sink']], { keyType: 'key', key: '', emit: 'changed', emitLeaving: false, aggregates }),
    sink('sink', ['summary']),
    ...linesInto(file, OURS),
  ];
}

const PICKED = 'return { payload: { sensor: msg.payload.sensor, celsius: msg.payload.celsius } };';

const MEANS = [
  'const sums = new Map();',
  'for (const { sensor, celsius } of msg.payload) {',
  '  const present = sums.get(sensor);',
  '  if (present === undefined) sums.set(sensor, { sum: celsius, count: 1 });',
  '  else { present.sum += celsius; present.count++; }',
  '}',
  'msg.payload = [...sums].map(([key, { sum, count }]) => ({ key, mean: sum / count, count }));',
  'return msg;',
].join('\n');

const THEIRS = [
  'const count = msg.payload.reduce((sum, each) => sum + each.count, 0);',
  'return { payload: JSON.stringify([Date.now(), 0, count, null]) };',
].join('\n');

/** The way of Node-RED's own nodes: mqtt in → json → function → batch → join → function. */
export function nodeRedsOwn({ port, topic, file }: DrawingOptions): FlowNode[] {
  const code = (func: string): Record<string, unknown> => ({ func, outputs: 1, libs: [], timeout: 0, noerr: 0, initialize: '', finalize: '' });
  return [
    tab(),
    broker('broker', port),
    node('in', 'mqtt in', [['json']], { topic: `${topic}/+`, qos: '1', datatype: 'utf8', broker: 'broker', nl: false, rap: true, rh: 0, inputs: 0 }),
    node('json', 'json', [['pick']], { property: 'payload', action: 'obj', pretty: false }),
    node('pick', 'function', [['batch']], code(PICKED)),
    node('batch', 'batch', [['join']], { mode: 'interval', count: 10, overlap: 0, interval: 1, allowEmptySequence: false, topics: [] }),
    node('join', 'join', [['means']], { mode: 'auto', build: 'array', property: 'payload', propertyType: 'msg', joiner: '\\n', joinerType: 'str', timeout: '', count: '' }),
    node('means', 'function', [['summary']], code(MEANS)),
    ...linesInto(file, THEIRS),
  ];
}

/** As many graphs as that, each with a receiver that nothing comes to. */
export function idleGraphs(port: number, count = 1): FlowNode[] {
  const ofGraph = (graph: number): FlowNode[] => {
    const own = ours({ port, topic: 'idle', file: '' }).filter(({ wires, type }) => wires !== undefined && type !== 'function' && type !== 'file');
    return own.map((each) => ({ ...each, id: `${each.id}${graph}`, wires: (each['wires'] as string[][]).map((to) => to.map((id) => `${id}${graph}`)) }));
  };
  return [tab(), broker('broker', port), ...Array.from({ length: count }, (_, graph) => ofGraph(graph)).flat()];
}
