import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { OutputEvent } from '../../src/engine/Engine';
import { compile, type Compiled } from '../../src/flow/compile';
import { discover } from '../../src/flow/discover';
import type { NodeProperties } from '../../src/flow/Runtime';
import { ManualClock } from '../../src/streaming';
import { type Drawing, flowView } from '../flow/flowView';
import { Dialog } from './support/dialogs';
import { type Recipe, recipes } from './support/recipes';

/** How the nodes of a recipe are wired where they do not follow one another; named by set and place, from 0. */
interface Wiring {
  readonly drawing: Drawing;
  /** Which row of the table is meant by a node that has none of its own. */
  readonly likeRow?: Readonly<Record<string, number>>;
  readonly properties?: Readonly<Record<string, NodeProperties>>;
  readonly receiverOf: (topic: string) => string;
}

const WIRINGS: Readonly<Record<string, Wiring>> = {
  'Bring two sensors together': {
    drawing: {
      receiver0: ['dstream-receiver', 'batcher2'],
      receiver1: ['dstream-receiver', 'batcherOfHumidity'],
      batcher2: ['dstream-batcher', 'join5'],
      batcherOfHumidity: ['dstream-batcher', 'window3'],
      window3: ['dstream-window', 'reduceByKey4'],
      reduceByKey4: ['dstream-reduceByKey', 'join5'],
      join5: ['dstream-join', 'map6'],
      map6: ['dstream-map', 'sink7'],
      sink7: ['dstream-sink'],
    },
    likeRow: { batcherOfHumidity: 2 },
    properties: { join5: { left: 'batcher2' } },
    receiverOf: (topic) => (topic.startsWith('humidity/') ? 'receiver1' : 'receiver0'),
  },
  'Sensors at several brokers': {
    drawing: {
      receiver0: ['dstream-receiver', 'batcher2'],
      receiver1: ['dstream-receiver', 'batcher2'],
      batcher2: ['dstream-batcher', 'reduceByKey3'],
      reduceByKey3: ['dstream-reduceByKey', 'sink4'],
      sink4: ['dstream-sink'],
    },
    receiverOf: (topic) => (topic.startsWith('hall2/') ? 'receiver1' : 'receiver0'),
  },
};

/** One node behind the other, as the table has them. */
function inLine({ nodes }: Recipe): Wiring {
  const ids = nodes.map(({ set }, place) => set + String(place));
  const drawn = nodes.map(({ set }, place) => [ids[place], [`dstream-${set}`, ...ids.slice(place + 1, place + 2)]]);
  return { drawing: Object.fromEntries(drawn) as Drawing, receiverOf: () => ids[0] ?? '' };
}

/** Settings that name other nodes; the drawing says what they are. */
const REFERENCES = new Set(['Broker', 'Left stream']);

/** What the dialogs of a recipe hold, filled in as its table says. */
async function dialogsOf(recipe: Recipe, wiring: Wiring): Promise<Record<string, NodeProperties>> {
  const { drawing, likeRow = {}, properties = {} } = wiring;
  const dialogs: Record<string, NodeProperties> = {};
  for (const id of Object.keys(drawing)) {
    const node = recipe.nodes[likeRow[id] ?? Number(/\d+$/.exec(id)?.[0])];
    if (node === undefined) throw new Error(`${recipe.name} has no row for ${id}.`);
    const dialog = await Dialog.of(node.set);
    const named = node.settings.filter(([label]) => !REFERENCES.has(label));
    const filled = named.map(([label, value]) => dialog.properties(label, value, recipe.code));
    dialogs[id] = Object.assign({}, dialog.defaults, { broker: 'a-broker' }, ...filled, properties[id]) as NodeProperties;
  }
  return dialogs;
}

function compiled(drawing: Drawing, dialogs: Readonly<Record<string, NodeProperties>>): Compiled {
  const view = flowView(drawing);
  const [graph, ...others] = discover(view.streams, view);
  if (graph === undefined || others.length > 0) return expect.fail(`${String(others.length + 1)} graphs`);
  return compile(graph, (id) => ({ type: view.streamType(id) ?? expect.fail(id), properties: dialogs[id] ?? {} }));
}

/** The same recipe with its records over wires and its results to the flow, and nothing on a disk. */
function atHand(drawing: Drawing, dialogs: Readonly<Record<string, NodeProperties>>): Compiled {
  const here: NodeProperties = { source: 'wire', target: 'flow' };
  const kept = Object.entries(drawing).filter(([, [type]]) => type !== 'dstream-checkpoint');
  const next = (id: string): string => (drawing[id]?.[0] === 'dstream-checkpoint' ? drawing[id][1] ?? '' : id);
  return compiled(
    Object.fromEntries(kept.map(([id, [type, ...targets]]) => [id, [type, ...targets.map(next)] as const])),
    Object.fromEntries(Object.entries(dialogs).map(([id, properties]) => [id, { ...properties, ...here }])),
  );
}

/** Runs a recipe with its input until the last batch that its tables name; gives what came out. */
async function run(recipe: Recipe, wiring: Wiring): Promise<OutputEvent[]> {
  const { plan, problems } = atHand(wiring.drawing, await dialogsOf(recipe, wiring));
  if (plan === undefined) return expect.fail(JSON.stringify(problems));
  const clock = new ManualClock(0);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, { secrets: {}, taps: [], environment: {} });
  const outputs: OutputEvent[] = [];
  query.on('output', (event) => outputs.push(event));
  query.on('problem', ({ what }) => expect.fail(what));
  query.on('failed', ({ what }) => expect.fail(what));
  await query.started;
  const last = Math.max(...[...recipe.input, ...recipe.output].map(({ batch }) => batch));
  for (let batch = 1; batch <= last; batch++) {
    for (const { value } of recipe.input.filter((row) => row.batch === batch)) {
      await query.offer(wiring.receiverOf(value.topic), [value]);
    }
    await clock.advance(plan.batchInterval);
  }
  await query.stop();
  return outputs.map((event) => ({ ...event, batchTime: event.batchTime / plan.batchInterval }));
}

/** A result without the window that it is of. */
function withoutWindow(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !['windowStart', 'windowEnd', 'complete'].includes(name)));
}

describe('docs/how-to.md', () => {
  const all = recipes();

  it('lists its recipes', () => {
    expect(all).to.have.length(13);
  });

  for (const recipe of all) {
    const wiring = WIRINGS[recipe.name] ?? inLine(recipe);

    it(`${recipe.name}: can be drawn with the settings that it names`, async () => {
      expect(compiled(wiring.drawing, await dialogsOf(recipe, wiring)).problems).to.deep.equal([]);
    });

    if (recipe.output.length === 0) {
      it(`${recipe.name}: names the test that shows its result`, () => {
        expect(recipe.text).to.match(/`test\/[^`]+`/);
      });
      continue;
    }
    it(`${recipe.name}: gives what it says`, async () => {
      const outputs = await run(recipe, wiring);
      const given = outputs.flatMap(({ batchTime, records }) =>
        records.map(({ payload }) => ({ batch: batchTime, value: withoutWindow(payload) })),
      );
      expect(given).to.deep.equal(recipe.output);
    });
  }

  it('names the lines of the chart by their keys', async () => {
    const recipe = all.find(({ name }) => name === 'Feed a dashboard') ?? expect.fail('no such recipe');
    const [output] = await run(recipe, inLine(recipe));
    expect(output?.records.map(({ topic }) => topic)).to.deep.equal(['kitchen', 'cellar']);
  });
});
