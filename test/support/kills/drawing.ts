import { join } from 'node:path';
import { batcher, map, node, receiver, sink } from '../flows';
import type { FlowNode } from '../NodeRed';
import type { WindowShape } from './verifyResults';

/** ms */
export const BATCH = 200;
/** Sliding, so that every record counts in several results. */
export const WINDOW: WindowShape = { length: 2000, slide: 1000 };
export const TOPIC = 'kills';

/** The files of a graph, below the folder of the outputs. */
export interface Outputs {
  /** One file a batch: says which record was in which batch. */
  readonly records: string;
  /** One file a day, appended to. */
  readonly lines: string;
  readonly windows: string;
  /** One file a batch. */
  readonly totals: string;
}

export function outputsOf(folder: string, graph: string): Outputs {
  const below = (name: string): string => join(folder, graph, name);
  return { records: below('records'), lines: below('lines'), windows: below('windows'), totals: below('totals') };
}

export function broker(id: string, port: number, properties: Record<string, unknown> = {}): FlowNode {
  return {
    id, type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(port), clientid: '', autoConnect: true, usetls: false,
    protocolVersion: '4', keepalive: '60', cleansession: true, ...properties,
  };
}

export function fileSink(id: string, path: string, roll: 'batch' | 'day', properties: Record<string, unknown> = {}): FlowNode {
  return sink(id, [], { target: 'file', path, fileName: 'r', fileFormat: 'json', roll, columns: '', ...properties });
}

export function checkpoint(id: string, to: readonly string[], properties: Record<string, unknown> = {}): FlowNode {
  return node(id, 'dstream-checkpoint', [to], {
    path: '', interval: '1', intervalUnits: 's', sync: 'group', syncInterval: '1', syncIntervalUnits: 's', logLimit: '1024', retention: '7',
    ...properties,
  });
}

/** Adds up what a sensor sent, over all of its life. */
const TOTAL = [
  'const last = state ?? { count: 0, sum: 0 };',
  'return values.reduce((total, { value }) => ({ count: total.count + 1, sum: total.sum + value }), last);',
].join('\n');

/** receiver(mqtt) → batcher → map → checkpoint → files: the records twice, windows over them, running totals. */
export function durableGraph(graph: string, qos: 1 | 2, brokerId: string, outputs: Outputs): FlowNode[] {
  const id = (name: string): string => `${graph}${name}`;
  return [
    receiver(id('receiver'), [id('batcher')], {
      source: 'mqtt', broker: brokerId, topic: `${TOPIC}/+`, qos: String(qos), format: 'json', keyType: 'level', key: '2',
    }),
    batcher(id('batcher'), [id('map')], { interval: String(BATCH) }),
    map(id('map'), [id('checkpoint')], 'return msg;'),
    checkpoint(id('checkpoint'), [id('records'), id('lines'), id('window'), id('state')]),
    fileSink(id('records'), outputs.records, 'batch'),
    fileSink(id('lines'), outputs.lines, 'day'),
    node(id('window'), 'dstream-window', [[id('sums')]], {
      mode: 'sliding', length: String(WINDOW.length), lengthUnits: 'ms', slide: String(WINDOW.slide), slideUnits: 'ms',
    }),
    node(id('sums'), 'dstream-reduceByKey', [[id('windows')]], {
      keyType: 'key', key: '', emit: 'all', emitLeaving: false,
      aggregates: [
        { aggregate: 'count', of: 'payload', ofType: 'msg', as: 'count' },
        { aggregate: 'sum', of: 'payload.value', ofType: 'msg', as: 'sum' },
      ],
    }),
    fileSink(id('windows'), outputs.windows, 'day'),
    node(id('state'), 'dstream-state', [[id('totals')]], {
      keyType: 'key', key: '', mode: 'update', func: TOTAL, timeout: '', timeoutUnits: 'min', emit: 'changed', keyLimit: 1_000_000,
    }),
    fileSink(id('totals'), outputs.totals, 'batch'),
  ];
}

/**
 * The positive control: the stock `mqtt in` with a session that the broker keeps, into the same batches, without a checkpoint; core's
 * file node writes what comes out. It acknowledges what it has only in memory.
 */
export function controlGraph(qos: 1 | 2, port: number, outputs: Outputs): FlowNode[] {
  return [
    broker('controlbroker', port, { clientid: 'control', cleansession: false }),
    node('controlin', 'mqtt in', [['controlreceiver']], {
      topic: `${TOPIC}/+`, qos: String(qos), datatype: 'json', broker: 'controlbroker', nl: false, rap: true, rh: 0, inputs: 0,
    }),
    receiver('controlreceiver', ['controlbatcher']),
    batcher('controlbatcher', ['controlmap'], { interval: String(BATCH) }),
    map('controlmap', ['controlsink'], 'return msg;'),
    sink('controlsink', ['controltext']),
    node('controltext', 'function', [['controlfile']], {
      func: "msg.payload = msg.payload.map((each) => JSON.stringify(each)).join('\\n'); return msg;", outputs: 1, libs: [],
    }),
    node('controlfile', 'file', [[]], {
      filename: join(outputs.lines, 'r-all.jsonl'), filenameType: 'str', appendNewline: true, createDir: true, overwriteFile: 'false', encoding: 'none',
    }),
  ];
}

