import { DrawnFlow } from './DrawnFlow';

const SUM = { aggregate: 'sum', of: 'payload', ofType: 'msg', as: 'sum' };
const TOP = { aggregate: 'topK', of: 'payload', ofType: 'msg', as: 'top', parameter: '3' };
const HALF = { aggregate: 'percentile', of: 'payload', ofType: 'msg', as: 'half', parameter: '50' };
const OWN = { aggregate: 'reduce', of: 'payload', ofType: 'msg', as: 'own', reduce: 'return a + b;', inverse: '' };

/** The outputs of the aggregation over a window. */
export const OUTPUTS = { SUM, TOP, HALF, OWN } as const;

/**
 * A graph with everything that remembers something: an aggregation over a window and one without, a window that is read as
 * records, and states.
 */
export const PLANT = new DrawnFlow(
  {
    in: ['dstream-receiver', 'every'],
    every: ['dstream-batcher', 'keeper'],
    keeper: ['dstream-checkpoint', 'w', 'raw', 's', 'plain', 'j', 'm'],
    w: ['dstream-window', 'r'],
    r: ['dstream-reduceByKey', 'out'],
    raw: ['dstream-window', 'late'],
    late: ['dstream-map', 'out'],
    s: ['dstream-state', 'out'],
    plain: ['dstream-reduceByKey', 'out'],
    m: ['dstream-map', 'j'],
    j: ['dstream-join', 'out'],
    out: ['dstream-sink'],
  },
  {
    in: { source: 'wire' },
    every: { interval: '1', intervalUnits: 's' },
    keeper: { path: '/data' },
    w: { mode: 'sliding', length: '10', lengthUnits: 's', slide: '2', slideUnits: 's' },
    r: { keyType: 'msg', key: 'topic', aggregates: [SUM, TOP, HALF, OWN] },
    raw: { mode: 'tumbling', length: 4, lengthUnits: 's', slide: '1', slideUnits: 's' },
    late: { mode: 'map', func: 'return msg;' },
    s: { keyType: 'key', key: 'topic', mode: 'update', func: 'return (state ?? 0) + values.length;' },
    plain: { keyType: 'key', key: 'topic', aggregates: [{ aggregate: 'count', of: '', as: 'count' }] },
    m: { mode: 'map', func: 'return msg;' },
    j: { mode: 'union', left: 'keeper' },
  },
);
