import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { batcher, map, node, receiver, sink, sums, tab } from '../support/flows';
import { type Collected, type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

const COLLECTORS = ['collector', 'completed', 'caught', 'statuses'];

/** What a Catch node adds to a message. */
interface CaughtError {
  readonly message: string;
  readonly source: { readonly id: string; readonly type: string };
}

function errorOf({ message }: Collected): CaughtError {
  return message['error'] as CaughtError;
}

/** Those that a Catch node got from one node. */
function from(messages: readonly Collected[], id: string): Collected[] {
  return messages.filter((collected) => errorOf(collected).source.id === id);
}

/** Source, receiver and batcher, with Complete, Catch and Status nodes that hear of everything on the tab; `rest` follows. */
function drawing(rest: readonly FlowNode[], first: string, properties: { readonly receiver?: object; readonly batcher?: object } = {}): FlowNode[] {
  return [
    tab(),
    node('source', 'test-source', [['receiver']]),
    receiver('receiver', ['batcher'], { ...properties.receiver }),
    batcher('batcher', [first], { ...properties.batcher }),
    ...rest,
    node('collector', 'test-collector', []),
    node('complete', 'complete', [['completed']], { scope: ['receiver', 'batcher', ...rest.map(({ id }) => id)], uncaught: false }),
    node('completed', 'test-collector', []),
    node('catch', 'catch', [['caught']], { scope: null, uncaught: false }),
    node('caught', 'test-collector', []),
  ];
}

const ordinary = (count: number): Record<string, unknown>[] => Array.from({ length: count }, (_, payload) => ({ payload, topic: 'a' }));

describe('wires to and from stream nodes in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
  });

  after(async () => {
    await nodeRed.stop();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    for (const collector of COLLECTORS) await nodeRed.forgetCollected(collector);
  });

  /** What came, once nothing more has come for `quiet` ms. */
  async function settled(collector: string, least: number, quiet = 400): Promise<readonly Collected[]> {
    await nodeRed.collected(collector, least);
    let count = -1;
    while (count !== (await nodeRed.collectedCount(collector))) {
      count = await nodeRed.collectedCount(collector);
      await pause(quiet);
    }
    return nodeRed.collected(collector);
  }

  describe('a Complete node', () => {
    it('hears of every message that a receiver takes, once, with the message as it was', async () => {
      await nodeRed.deploy(drawing([sink('sink', ['collector'])], 'sink'));
      await nodeRed.send('source', ordinary(5).map((message) => ({ ...message, extra: 'stays' })));
      const completed = await settled('completed', 5);
      expect(completed.map(({ message }) => [message['payload'], message['topic'], message['extra']])).to.deep.equal(
        [0, 1, 2, 3, 4].map((payload) => [payload, 'a', 'stays']),
      );
    });

    it('hears of a message when the graph has taken it, and not before', async () => {
      const busy = 'if (msg.payload === 0) { const end = Date.now() + 2000; while (Date.now() < end) {} } return msg;';
      await nodeRed.deploy(drawing([map('busy', ['sink'], busy), sink('sink', ['collector'])], 'busy'));
      await nodeRed.send('source', [{ payload: 0 }]);
      await nodeRed.collected('completed', 1);
      // By now the function runs, and the graph takes nothing until it returns.
      await pause(400);
      await nodeRed.send('source', [{ payload: 1 }]);
      await pause(400);
      expect(await nodeRed.collectedCount('completed')).to.equal(1);
      expect(await nodeRed.collectedCount('collector')).to.equal(0);
      const [, second] = await nodeRed.collected('completed', 2);
      expect(second?.message['payload']).to.equal(1);
    });

    it('hears nothing of messages that were refused', async () => {
      const slow = { interval: '2000', bufferLimit: '10' };
      await nodeRed.deploy(drawing([sink('sink', ['collector'])], 'sink', { batcher: slow }));
      await nodeRed.send('source', ordinary(30));
      const completed = await settled('completed', 10);
      expect(completed.length).to.be.within(10, 20);
      const results = await nodeRed.collected('collector', 1);
      const taken = results.flatMap(({ message }) => message['payload'] as number[]);
      expect(completed.map(({ message }) => message['payload'])).to.include.members(taken);
    });
  });

  describe('a Catch node', () => {
    it('gets one report a batch of payloads that cannot be read, with how many they were', async () => {
      await nodeRed.deploy(drawing([sink('sink', ['collector'])], 'sink', { receiver: { format: 'json' }, batcher: { interval: '1000' } }));
      await nodeRed.send('source', [...Array.from({ length: 20 }, () => ({ payload: 'no { json' })), { payload: '{"a":1}' }]);
      const caught = from(await settled('caught', 1), 'receiver');
      // All 20 came within one turn of the event loop; a batch may have ended between two of them all the same.
      expect(caught.length).to.be.within(1, 2);
      const texts = caught.map((each) => errorOf(each).message);
      expect(texts[0]).to.contain('The payload is not valid JSON. The payload begins with "no { json"');
      expect(texts.reduce((sum, text) => sum + 1 + Number(/and (\d+) more in this batch/.exec(text)?.[1] ?? 0), 0)).to.equal(20);
      const results = (await nodeRed.collected('collector', 1)).flatMap(({ message }) => message['payload'] as unknown[]);
      expect(results).to.deep.equal([{ a: 1 }]);
      expect(await nodeRed.collectedCount('completed')).to.equal(21);
    });

    it('gets one report a batch of a function that throws, and the other records go on', async () => {
      const picky = "if (msg.payload % 2 === 1) throw new Error('odd number ' + msg.payload); return msg;";
      await nodeRed.deploy(drawing([map('picky', ['sink'], picky), sink('sink', ['collector'])], 'picky', { batcher: { interval: '1000' } }));
      await nodeRed.send('source', ordinary(100));
      const results = (await settled('collector', 1, 1200)).map(({ message }) => message['payload'] as number[]);
      expect(results.flat()).to.deep.equal(Array.from({ length: 50 }, (_, index) => 2 * index));
      const caught = await nodeRed.collected('caught');
      expect(caught.length).to.equal(results.length);
      expect(from(caught, 'picky')).to.have.length(caught.length);
      expect(caught[0] && errorOf(caught[0]).message).to.contain('odd number 1');
      expect(caught[0]?.message['dstream']).to.include({ graphId: 'batcher', nodeId: 'picky' });
    });

    it('is told to put a receiver in front of a stream node that gets an ordinary message', async () => {
      const inner = [
        map('map', ['window'], 'return msg;'),
        node('window', 'dstream-window', [['sums']], { mode: 'tumbling', length: '1', lengthUnits: 's', slide: '1', slideUnits: 's' }),
        sums('sums', ['sink']),
        sink('sink', ['collector']),
      ];
      const ids = ['batcher', 'map', 'window', 'sums', 'sink'];
      await nodeRed.deploy([...drawing(inner, 'map'), node('stray', 'test-source', [ids])]);
      await nodeRed.send('stray', [{ payload: 1, topic: 'stray' }]);
      const caught = await settled('caught', ids.length);
      expect(caught.map((collected) => errorOf(collected).source.id).sort()).to.deep.equal([...ids].sort());
      for (const collected of caught) {
        expect(errorOf(collected).message).to.contain('put a receiver in front of the');
        expect(collected.message).to.include({ payload: 1, topic: 'stray' });
      }
      expect(await nodeRed.collectedCount('completed')).to.equal(0);
      expect(await nodeRed.collectedCount('collector')).to.equal(0);
    });

    it('hears of every message that a graph had not taken when it died, and a Complete node of none of them', async () => {
      const busy = 'if (msg.payload === 0) while (true) { /* for ever */ } return msg;';
      const engine = { id: 'engine', type: 'dstream-engine', name: '', isolation: 'thread', shared: false, heapLimit: '', hangLimit: '2' };
      const flow = drawing([map('busy', ['sink'], busy), sink('sink', ['collector'])], 'busy', { batcher: { engine: 'engine' } });
      await nodeRed.deploy([...flow, engine]);
      await nodeRed.send('source', [{ payload: 0 }]);
      await nodeRed.collected('completed', 1);
      // By now the function runs, and the graph takes nothing until it is ended.
      await pause(500);
      await nodeRed.send('source', ordinary(20).map(({ topic }, place) => ({ topic, payload: place + 1 })));
      const counted = async (): Promise<number> =>
        from(await nodeRed.collected('caught'), 'receiver').reduce(
          (sum, each) => sum + 1 + Number(/and (\d+) more/.exec(errorOf(each).message)?.[1] ?? 0),
          0,
        );
      await until('all of them are told', async () => (await counted()) === 20);
      expect(await nodeRed.collectedCount('completed')).to.equal(1);
      // The next ones wait until it runs again.
      await nodeRed.send('source', [{ payload: 99 }]);
      const [, next] = await nodeRed.collected('completed', 2);
      expect(next?.message['payload']).to.equal(99);
      expect((await nodeRed.collected('collector', 1)).map(({ message }) => message['payload'])).to.deep.equal([[99]]);
      expect(await counted()).to.equal(20);
    });

    it('hears of a full buffer at most twice a second, however many messages are refused, and the receiver shows it', async () => {
      await nodeRed.deploy(drawing([sink('sink', ['collector'])], 'sink', { batcher: { interval: '1000', bufferLimit: '10' } }));
      await nodeRed.startTraffic('source', { perSecond: 1000, topics: ['a'] });
      const begun = Date.now();
      await nodeRed.status('receiver', /buffer full, .* refused/);
      await pause(3000);
      await nodeRed.stopTraffic('source');
      const seconds = (Date.now() - begun) / 1000;
      const caught = from(await nodeRed.collected('caught', 2), 'receiver');
      const refusals = caught.filter(({ message }) => message['dstream'] === undefined);
      const reports = caught.filter(({ message }) => message['dstream'] !== undefined);
      // One a second from the wire, which carries the refused message, and one a batch of 1 s from the graph.
      expect(refusals.length).to.be.within(2, Math.ceil(seconds) + 1);
      expect(reports.length).to.be.at.most(Math.ceil(seconds) + 1);
      const texts = refusals.map((each) => errorOf(each).message).join('\n');
      expect(texts).to.match(/buffer is full.*raise the buffer limit/).and.to.match(/and \d+ more since the last report/);
    });
  });

  it('a Status node hears of every stream node, of each at most once a second', async () => {
    const rest = [map('map', ['sums'], 'return msg;'), sums('sums', ['sink']), sink('sink', ['collector'])];
    await nodeRed.deploy([
      ...drawing(rest, 'map'),
      node('status', 'status', [['statuses']], { scope: null }),
      node('statuses', 'test-collector', []),
    ]);
    await nodeRed.startTraffic('source', { perSecond: 500, topics: ['a', 'b'] });
    const ids = ['receiver', 'batcher', 'map', 'sums', 'sink'];
    const times = async (id: string): Promise<number[]> => {
      const all = await nodeRed.collected('statuses');
      return all.filter(({ message }) => (message['status'] as { source: { id: string } }).source.id === id).map(({ time }) => time);
    };
    await until('each has shown something', async () => (await Promise.all(ids.map(times))).every((shown) => shown.length > 0));
    const begun = Date.now();
    await pause(4000);
    await nodeRed.stopTraffic('source');
    for (const id of ids) {
      const since = (await times(id)).filter((time) => time >= begun);
      // What the timers of two processes may differ by is allowed for.
      expect(since.length, id).to.be.within(1, 5);
      for (const [place, time] of since.slice(1).entries()) expect(time - (since[place] ?? 0), id).to.be.at.least(900);
    }
    expect(await nodeRed.status('receiver', /rec\/s/)).to.include({ fill: 'blue', shape: 'dot' });
  });

  describe('a sink', () => {
    const always = ['batchInterval', 'batchTime', 'count', 'graphId', 'nodeId', 'truncated'];
    const dstreamOf = ({ message }: Collected): Record<string, unknown> => message['dstream'] as Record<string, unknown>;

    async function sent(mode: 'batch' | 'record' | 'key', least: number): Promise<readonly Collected[]> {
      const rest = [sums('sums', ['sink']), sink('sink', ['collector'], { mode })];
      await nodeRed.deploy(mode === 'key' ? drawing(rest, 'sums') : drawing(rest.slice(1), 'sink'));
      const messages = [{ payload: 1, topic: 'a' }, { payload: 2, topic: 'b' }, { payload: 3, topic: 'a' }];
      await nodeRed.send('source', messages);
      return settled('collector', least);
    }

    it('sends one message a batch, without a topic', async () => {
      const messages = await sent('batch', 1);
      expect(messages.flatMap(({ message }) => message['payload'])).to.deep.equal([1, 2, 3]);
      for (const each of messages) {
        expect(Object.keys(each.message).sort()).to.deep.equal(['_msgid', 'dstream', 'payload']);
        expect(Object.keys(dstreamOf(each)).sort()).to.deep.equal(always);
        expect(dstreamOf(each)).to.include({ graphId: 'batcher', nodeId: 'sink', batchInterval: 100, truncated: false });
        expect(dstreamOf(each)['count']).to.equal((each.message['payload'] as unknown[]).length);
        expect(Number(dstreamOf(each)['batchTime']) % 100).to.equal(0);
      }
    });

    it('sends one message a record, each with its topic and place', async () => {
      const messages = await sent('record', 3);
      expect(messages.map(({ message }) => [message['payload'], message['topic']])).to.deep.equal([[1, 'a'], [2, 'b'], [3, 'a']]);
      for (const each of messages) {
        expect(Object.keys(each.message).sort()).to.deep.equal(['_msgid', 'dstream', 'payload', 'topic']);
        expect(Object.keys(dstreamOf(each)).sort()).to.deep.equal([...always, 'index', 'last'].sort());
        const { index, last, count } = dstreamOf(each);
        expect(last).to.equal(index === Number(count) - 1);
      }
    });

    it('sends one message a key, with the key as topic', async () => {
      const messages = await sent('key', 2);
      const found = new Map<unknown, number>();
      for (const each of messages) {
        const payload = each.message['payload'] as { key: string; sum: number };
        expect(each.message['topic']).to.equal(payload.key);
        expect(Object.keys(payload).sort()).to.deep.equal(['complete', 'count', 'key', 'sum', 'windowEnd', 'windowStart']);
        expect(Object.keys(dstreamOf(each)).sort()).to.deep.equal([...always, 'index', 'last'].sort());
        found.set(payload.key, (found.get(payload.key) ?? 0) + payload.sum);
      }
      expect([...found].sort()).to.deep.equal([['a', 4], ['b', 2]]);
    });
  });
});
