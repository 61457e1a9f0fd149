import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import { compile } from '../../src/flow/compile';
import { discover } from '../../src/flow/discover';
import type { NodeProperties } from '../../src/flow/Runtime';
import { ManualClock } from '../../src/streaming';
import { aggregate, planOf, OPTIONS, receiver, reduceByKey, sink, window } from '../engine/plans';
import { flowView } from '../flow/flowView';
import { Dialog } from './support/dialogs';
import { readPage } from './support/markdown';

/** How far right the drawing begins. */
const MARGIN = 'tumbling, 3 s      '.length;

/** The lines of the drawing from this one on, up to an empty one, without what stands in front of them. */
function drawn(from: string): string[] {
  const lines = (/^```\n(time [\s\S]*?)^```$/m.exec(readPage('docs/getting-started.md'))?.[1] ?? '').split('\n');
  const first = lines.findIndex((line) => line.startsWith(from));
  const end = lines.findIndex((line, place) => place > first && line === '');
  return lines.slice(first, end < 0 ? -1 : end).map((line) => line.slice(MARGIN));
}

/** Six characters are a second. */
const SECOND = 6;

/** The windows of a line: the second in which each ends, and its mean. */
function windows(line: string): [number, number][] {
  const found = [...line.matchAll(/(?<=\|)-+ ([\d.]+) -+\|/g)];
  return found.map(({ index, 0: text, 1: mean }) => [(index + text.length - 1) / SECOND, Number(mean)]);
}

/** The means of windows that lie wholly behind the start, when the records of the drawing come. */
async function means(length: number, slide: number): Promise<[number, number][]> {
  const clock = new ManualClock(0);
  const mean = reduceByKey('r', 'w', [aggregate('mean', 'payload')]);
  const plan = planOf([receiver(), window('w', 'in', length, slide), mean, sink('out', 'r')]);
  const query = new EmbeddedEngine({ isolation: 'inline', clock }).start(plan, OPTIONS);
  const found: [number, number][] = [];
  query.on('output', ({ batchTime, records }) => {
    for (const { payload } of records) {
      const result = payload as { mean: number; complete: boolean };
      if (result.complete) found.push([batchTime / 1000, result.mean]);
    }
  });
  await query.started;
  for (const cell of (drawn('records')[0] ?? '').split('|').slice(1, -1)) {
    if (cell.trim() !== '') await query.offer('in', [{ topic: 'sensor', payload: Number(cell) }]);
    await clock.advance(1000);
  }
  await query.stop();
  return found;
}

describe('docs/getting-started.md', () => {
  it('draws tumbling windows as they are', async () => {
    const lines = drawn('tumbling');
    expect(lines.flatMap(windows)).to.deep.equal([[3, 23], [6, 12]]);
    expect(await means(3000, 3000)).to.deep.equal(lines.flatMap(windows));
  });

  it('draws sliding windows as they are', async () => {
    const lines = drawn('sliding');
    expect(lines.flatMap(windows)).to.deep.equal([[3, 23], [4, 24.5], [5, 19], [6, 12]]);
    expect(await means(3000, 1000)).to.deep.equal(lines.flatMap(windows));
  });

  it('has a first flow of five nodes that runs with nothing but a broker and a topic', async () => {
    const view = flowView({
      receiver: ['dstream-receiver', 'batcher'],
      batcher: ['dstream-batcher', 'window'],
      window: ['dstream-window', 'reduceByKey'],
      reduceByKey: ['dstream-reduceByKey', 'debug'],
      debug: ['debug'],
    });
    const chosen: NodeProperties = { source: 'mqtt', broker: 'a-broker', topic: 'sensors/+/temperature' };
    const dialogs = new Map<string, NodeProperties>();
    for (const id of view.streams) dialogs.set(id, { ...(await Dialog.of(id)).defaults, ...(id === 'receiver' ? chosen : {}) });
    const [graph] = discover(view.streams, view);
    if (graph === undefined) return expect.fail('no graph');
    const { plan, problems, taps } = compile(graph, (id) => ({
      type: view.streamType(id) ?? expect.fail(id),
      properties: dialogs.get(id) ?? {},
    }));
    expect(problems).to.deep.equal([]);
    expect(taps).to.deep.equal(['reduceByKey']);
    const parametersOf = (id: string): unknown => plan?.operators.find((operator) => operator.id === id)?.parameters;
    expect(parametersOf('window')).to.deep.equal({ length: 10_000, slide: 10_000 });
    expect(parametersOf('reduceByKey')).to.deep.include({ aggregates: [aggregate('mean', 'payload')] });
  });
});
