import { expect } from 'chai';
import type { SampleEvent } from '../../../src/engine/Engine';
import { map, receiver, reduceByKey, sink, aggregate } from '../plans';
import { LocalHelpers } from '../parallel/LocalHelpers';
import { ParallelGraph } from '../parallel/ParallelGraph';

const operators = [
  receiver(), map('even', 'in', 'return msg.payload % 2 === 0;', 'filter'), map('m', 'even', 'ctx.log("ran"); return { value: msg.payload };'),
  reduceByKey('r', 'm', [aggregate('sum')]), sink('out', 'r'),
];
const messages = Array.from({ length: 1000 }, (_, n) => ({ topic: 'a', payload: n }));

/** What a batch of so many records gives, looked at or not. */
async function run(helpers: LocalHelpers, looks: boolean): Promise<{ readonly told: SampleEvent[]; readonly graph: ParallelGraph }> {
  const graph = new ParallelGraph(helpers);
  const told: SampleEvent[] = [];
  await graph.start(operators);
  if (looks) graph.look({ operators: ['even', 'm', 'r'], records: 20, bytes: 100 }, (event) => told.push(event));
  await graph.batch(messages);
  await graph.stop();
  return { told, graph };
}

describe('samples of a graph whose work several threads share', () => {
  it('are its newest records, counted over all threads, while the threads go on sharing', async () => {
    const helpers = new LocalHelpers(2);
    const { told, graph } = await run(helpers, true);
    expect(told.map(({ operator, batchRecords, records }) => [operator, batchRecords, records.map(({ payload }) => payload)])).to.deep.equal([
      ['even', 1000, Array.from({ length: 16 }, (_, n) => 984 + n)],
      ['m', 500, Array.from({ length: 8 }, (_, n) => 984 + 2 * n)],
      ['r', 500, Array.from({ length: 20 }, (_, n) => ({ value: 960 + 2 * n }))],
    ]);
    expect(helpers.done).to.be.above(5);
    const plain = await run(new LocalHelpers(2), false);
    expect(graph.seen).to.deep.equal(plain.graph.seen);
    expect(graph.results()).to.have.nested.property('[0].sum', 249_500);
    expect(plain.told).to.deep.equal([]);
  });

  it('are all that counts where a batch is too small to be shared', async () => {
    const graph = new ParallelGraph(new LocalHelpers(2));
    const told: SampleEvent[] = [];
    await graph.start(operators);
    graph.look({ operators: ['m'], records: 20, bytes: 100 }, (event) => told.push(event));
    await graph.batch(messages.slice(0, 5));
    await graph.stop();
    expect(told.map(({ batchRecords, records }) => [batchRecords, records.map(({ payload }) => payload)])).to.deep.equal([[3, [0, 2, 4]]]);
  });
});
