import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { BatchEvent, HttpSecret } from '../../src/engine/Engine';
import { TestServer } from '../sinks/http/TestServer';
import { until } from '../support/until';
import { from, map, OPTIONS, planOf, receiver, sink, window } from './plans';
import { RecordedGraph } from './RecordedGraph';

describe('the figures of a batch', () => {
  it('say what each receiver gave and what became of each sink, taps aside', async () => {
    const graph = await RecordedGraph.started(planOf([
      receiver({}, 'one'), receiver({}, 'two'), receiver({}, 'silent'),
      map('odd', 'one', 'return msg.payload % 2 === 1;', 'filter'),
      sink('few', 'odd'),
      { ...sink('all', 'one'), inputs: from('one', 'two', 'silent') },
    ]), { ...OPTIONS, taps: ['odd'] });
    graph.slowness = 200;
    await graph.offer([1, 2, 3], 'one');
    await graph.offer([4], 'two');
    await graph.clock.advance(2000);
    await graph.runner.stop();
    expect(graph.batches).to.deep.equal([
      {
        batchTime: 1000, records: 4, schedulingDelay: 0, processingDelay: 600, inputs: { one: 3, two: 1 },
        outputs: [{ operator: 'few', records: 2, duration: 200 }, { operator: 'all', records: 4, duration: 200 }],
      },
      {
        batchTime: 2000, records: 0, schedulingDelay: 0, processingDelay: 0, inputs: {},
        outputs: [{ operator: 'few', records: 0, duration: 0 }, { operator: 'all', records: 0, duration: 0 }],
      },
    ]);
  });

  it('put the parts of a sink together whose inputs slide differently', async () => {
    const graph = await RecordedGraph.started(planOf([
      receiver(), window('w', 'in', 2000, 2000), { ...sink('out', 'in'), inputs: from('in', 'w') },
    ]));
    await graph.offer([1]);
    await graph.clock.advance(1000);
    await graph.offer([2]);
    await graph.clock.advance(1000);
    await graph.runner.stop();
    // At 2 s: the record of that second, and both again as the window.
    expect(graph.batches.map(({ outputs }) => outputs)).to.deep.equal([
      [{ operator: 'out', records: 1, duration: 0 }], [{ operator: 'out', records: 3, duration: 0 }],
    ]);
  });

  it('say which sink failed, with the time of all attempts, and count its records once', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    graph.slowness = 100;
    graph.outputError = new Error('no room');
    await graph.offer([1, 2]);
    await graph.clock.advance(1500);
    expect(graph.batches).to.have.length(1);
    expect(graph.batches[0]).to.deep.include({
      failure: 'no room', outputs: [{ operator: 'out', records: 2, duration: 300, failure: 'no room' }],
    });
    expect(graph.failures.map(({ code }) => code)).to.deep.equal(['batch-failed']);
    await graph.runner.stop();
  });

  it('keep the beginning of a failure of any length', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    graph.outputError = new Error('x'.repeat(1e6));
    await graph.offer([1]);
    await graph.clock.advance(1000);
    const cut = `${'x'.repeat(2000)}… (cut off; 1000000 characters)`;
    expect(graph.batches[0]?.failure).to.equal(cut);
    expect(graph.batches[0]?.outputs?.[0]?.failure).to.equal(cut);
    expect(graph.failures[0]?.what.length).to.be.below(2200);
    await graph.runner.stop();
  });

  it('forget a failure that another attempt made good', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    graph.slowness = 100;
    graph.outputError = new Error('not now');
    await graph.offer([1]);
    await graph.clock.advance(1050);
    graph.clock.schedule(100, () => {
      graph.outputError = undefined;
    });
    await graph.clock.advance(500);
    // The first attempt from 0 to 100 ms, the second one until 200.
    expect(graph.batches[0]?.outputs).to.deep.equal([{ operator: 'out', records: 1, duration: 200 }]);
    await graph.runner.stop();
  });

  it('count to a sink outside what its own delivery takes', async () => {
    const server = await TestServer.start();
    const answers: (() => void)[] = [];
    const { answer } = server;
    server.answer = (...asked) => {
      answers.push(() => {
        answer(...asked);
      });
    };
    const secret: HttpSecret = { url: `http://127.0.0.1:${String(server.port)}/`, headers: {} };
    const target = { kind: 'http', connection: 'http/post', timeout: 10_000 } as const;
    const query = new EmbeddedEngine({ isolation: 'inline' }).start(
      planOf([
        receiver(), sink('flow', 'in'),
        { id: 'post', type: 'sink', inputs: from('in'), parameters: { target, mode: 'batch', emptyBatches: false } },
      ], 50),
      { ...OPTIONS, secrets: { 'http/post': secret } },
    );
    const batches: BatchEvent[] = [];
    query.on('batch', (event) => batches.push(event));
    await query.started;
    const begun = performance.now();
    await query.offer('in', [{ topic: 'a', payload: 1 }]);
    await until('it has been posted', () => answers.length === 1);
    const answered = performance.now();
    for (const give of answers) give();
    await until('its batch has ended', () => batches.some(({ records }) => records === 1));
    const outputs = batches.find(({ records }) => records === 1)?.outputs;
    await query.stop();
    await server.stop();
    expect(outputs?.map(({ operator, records }) => [operator, records])).to.deep.equal([['flow', 1], ['post', 1]]);
    const [flow, post] = outputs?.map(({ duration }) => duration) ?? [];
    expect(flow).to.be.lessThan(post ?? 0);
    expect(post).to.be.greaterThan(0).and.at.most(Math.ceil(performance.now() - begun));
    expect(answered).to.be.greaterThan(begun);
  });
});

describe('the progress of a graph', () => {
  it('shows the batches that wait and run, the oldest twenty of them, at each tick while there are such', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    graph.slowness = 60_000;
    await graph.offer([1, 2]);
    await graph.clock.advance(1000);
    await graph.offer([3]);
    await graph.clock.advance(1500);
    expect(graph.progress.at(-1)?.active).to.deep.equal({
      count: 2,
      batches: [
        { batchTime: 1000, records: 2, state: 'processing', since: 1000 },
        { batchTime: 2000, records: 1, state: 'queued', since: 2000 },
      ],
    });
    await graph.clock.advance(22_000);
    const active = graph.progress.at(-1)?.active;
    expect(active?.count).to.equal(24);
    expect(active?.batches.map(({ batchTime }) => batchTime)).to.deep.equal(Array.from({ length: 20 }, (_, index) => 1000 * (index + 1)));
    // Not more than one a second, though the batches come with their own.
    expect(graph.progress.length).to.be.at.most(25);
    const stopping = graph.runner.stop();
    await graph.clock.advance(60_000);
    await stopping;
  });

  it('tells that a batch with records begins, before it may keep its thread from telling anything, and what came of it', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    await graph.clock.advance(3000);
    const idle = graph.progress.length;
    graph.slowness = 10;
    await graph.offer([1, 2]);
    await graph.clock.advance(1000);
    expect(graph.progress.slice(idle).map(({ begins, active }) => [begins, active])).to.deep.equal([
      [true, { count: 1, batches: [{ batchTime: 4000, records: 2, state: 'processing', since: 4000 }] }],
    ]);
    await graph.clock.advance(10);
    expect(graph.progress.slice(idle + 1).map(({ begins, active, operators }) => [begins, active, operators['in']?.recordsIn]))
      .to.deep.equal([[undefined, undefined, 2]]);
    await graph.runner.stop();
  });

  it('tells at once that another begins after a slow one, also where empty ones come in between', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')], 100));
    graph.slowness = 1000;
    await graph.offer([1]);
    // The first takes from 100 to 1100 ms; those that were due meanwhile have no records and take no time.
    await graph.clock.advance(1150);
    await graph.offer([2]);
    await graph.clock.advance(60);
    expect(graph.progress.at(-1)).to.deep.include({
      begins: true, active: { count: 1, batches: [{ batchTime: 1200, records: 1, state: 'processing', since: 1200 }] },
    });
    const stopping = graph.runner.stop();
    await graph.clock.advance(2000);
    await stopping;
  });

  it('tells of quick batches that they begin no more than about once a second', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')], 100));
    for (let batch = 0; batch < 50; batch++) {
      await graph.offer([batch]);
      await graph.clock.advance(100);
    }
    expect(graph.progress.filter(({ begins }) => begins === true).length).to.equal(6);
    expect(graph.progress.filter(({ begins }) => begins !== true).length).to.be.within(5, 6);
    await graph.runner.stop();
  });

  it('shows none where none waits', async () => {
    const graph = await RecordedGraph.started(planOf([receiver(), sink('out', 'in')]));
    await graph.offer([1]);
    await graph.clock.advance(3000);
    expect(graph.progress.length).to.be.greaterThan(0);
    expect(graph.progress.filter(({ active, begins }) => active !== undefined && begins !== true)).to.deep.equal([]);
    await graph.runner.stop();
  });
});
