import { expect } from 'chai';
import { stateLosses } from '../../../../nodes/sidebar/editor/losses/stateLosses';
import { defaults } from '../../editor/palette';
import type { DrawnFlow } from './DrawnFlow';
import { engineLosses, type Told } from './engineLosses';
import { OUTPUTS, PLANT } from './plant';

const { SUM, TOP, HALF, OWN } = OUTPUTS;
const REFUSED = ['settings', 'window', 'interval'];

/** What the editor says before the deploy, in the words of the engine's answer. */
function editorLosses(before: DrawnFlow, after: DrawnFlow): Told {
  const losses = stateLosses(before.drawing(), after.drawing());
  const refused = losses.filter(({ reason }) => REFUSED.includes(reason));
  // An update that is refused gives nothing up, so the engine speaks of nothing else.
  if (refused.length > 0) return Object.fromEntries(refused.map(({ id }) => [id, 'afresh']));
  return Object.fromEntries(losses.map(({ id, reason, outputs }) => [id, reason === 'outputs' ? outputs.join(', ') : 'removed']));
}

type Changes = Readonly<Record<string, readonly unknown[]>>;

const NAME: Changes = { name: ['another name'], version: [1] };
const KEY: Changes = { keyType: ['key', 'msg'], key: ['topic', 'msg.topic', ' topic', 'payload.id'] };

/** Other values for every property of every node that stands in the graph: by node set, node and property. */
const CHANGES: readonly (readonly [set: string, id: string, changes: Changes])[] = [
  ['batcher', 'every', {
    ...NAME, interval: ['1', 1, '2'], intervalUnits: ['s'], bufferLimit: [5], maxRate: ['7'], backpressure: [true], minRate: [50], initialRate: ['9'],
    engine: [''],
  }],
  ['window', 'w', { ...NAME, mode: ['tumbling', 'sliding'], length: ['10', 10, '20'], lengthUnits: ['min'], slide: ['2', '5'], slideUnits: ['s'] }],
  // Tumbling: its slide does not count.
  ['window', 'raw', { ...NAME, mode: ['sliding'], length: ['4.0', '8'], lengthUnits: ['s', 'min'], slide: ['2'], slideUnits: ['min'] }],
  ['reduceByKey', 'r', {
    ...NAME, ...KEY, emit: ['changed'], emitLeaving: [true], keyLimit: [10],
    aggregates: [
      [SUM, TOP, HALF, OWN],
      [OWN, HALF, SUM, TOP],
      [SUM, TOP, HALF],
      [SUM, TOP, HALF, OWN, { ...SUM, aggregate: 'max', as: 'most' }],
      [{ ...SUM, as: 'total' }, TOP, HALF, OWN],
      [{ ...SUM, of: 'msg.payload' }, TOP, HALF, OWN],
      [{ ...SUM, of: 'payload.value' }, TOP, HALF, OWN],
      [{ ...SUM, ofType: 'jsonata' }, TOP, HALF, OWN],
      [SUM, { ...TOP, parameter: 3 }, HALF, OWN],
      [SUM, { ...TOP, parameter: '4' }, HALF, OWN],
      [SUM, TOP, { ...HALF, parameter: '90' }, OWN],
      [SUM, TOP, HALF, { ...OWN, reduce: 'return a * b;' }],
      [SUM, TOP, HALF, { ...OWN, inverse: 'return a - b;' }],
      [{ aggregate: 'count', of: '', as: 'sum' }],
    ],
  }],
  ['reduceByKey', 'plain', {
    ...NAME, keyType: ['msg', 'jsonata'], key: ['payload'], emit: ['changed'], emitLeaving: [true], keyLimit: [10],
    aggregates: [[{ ...SUM, as: 'other' }]],
  }],
  ['state', 's', {
    ...NAME, keyType: ['msg'], key: ['payload'], mode: ['record'], func: ['return values.length;'],
    timeout: ['5'], timeoutUnits: ['s'], emit: ['all'], keyLimit: [10],
  }],
  ['join', 'j', { ...NAME, mode: ['inner'], left: ['m'] }],
  ['map', 'm', { ...NAME, mode: ['filter'], func: ['return { ...msg };'], lang: ['javascript'] }],
  ['checkpoint', 'keeper', {
    // Where it is kept is what `stateLosses` tells; the graph is another then.
    ...NAME, path: [' /data'], interval: ['20'], intervalUnits: ['min'], sync: ['each'], syncInterval: ['2'], syncIntervalUnits: ['min'],
    logLimit: [99], retention: [3],
  }],
];

describe('what the editor takes for the settings that a memory depends on', () => {
  for (const [set, id, changes] of CHANGES) {
    it(`covers every property of ${set} (${id})`, () => {
      expect(Object.keys(changes).sort()).to.deep.equal(Object.keys(defaults(set)).sort());
    });

    for (const [property, values] of Object.entries(changes)) {
      it(`is what the engine says: ${property} of ${set} (${id})`, async () => {
        for (const value of values) {
          const after = PLANT.with(id, { [property]: value });
          const told = editorLosses(PLANT, after);
          expect(told, `${property}: ${JSON.stringify(value)}`).to.deep.equal(await engineLosses(PLANT, after));
        }
      });
    }
  }

  it('is what the engine says of nodes that are gone, and of those in between', async () => {
    const drawings = [
      PLANT.without('s'),
      PLANT.without('raw').wired({ keeper: ['dstream-checkpoint', 'w', 's', 'plain', 'j', 'm', 'late'] }),
      PLANT.without('w').wired({ keeper: ['dstream-checkpoint', 'raw', 's', 'plain', 'j', 'm', 'r'] }),
      PLANT.wired({ late: ['dstream-map', 'plain', 'out'], keeper: ['dstream-checkpoint', 'w', 'raw', 's', 'j', 'm'] }),
      PLANT.wired({ w: ['dstream-window', 'late2'], late2: ['dstream-map', 'r'] }).with('late2', { mode: 'map', func: 'return msg;' }),
      // Two windows in front: neither is computed by the aggregation itself any more.
      PLANT.wired({ keeper: ['dstream-checkpoint', 'w', 'w2', 'raw', 's', 'plain', 'j', 'm'], w2: ['dstream-window', 'r'] })
        .with('w2', { mode: 'sliding', length: '6', slide: '2' }),
    ];
    for (const after of drawings) expect(editorLosses(PLANT, after)).to.deep.equal(await engineLosses(PLANT, after));
  });
});
