import { expect } from 'chai';
import { EmbeddedEngine } from '../../src/engine/EmbeddedEngine';
import type { HttpSecret, MqttSecret, OperatorProgress, Query, RunOptions } from '../../src/engine/Engine';
import { FailureReports } from '../../src/engine/FailureReports';
import { OperatorFigures } from '../../src/engine/OperatorFigures';
import { Sinks } from '../../src/engine/Sinks';
import type { Operator, SinkOperator } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/ports/ManualClock';
import type { SinkRecord } from '../../src/sinks/Sink';
import { TestServer } from '../sinks/http/TestServer';
import { until } from '../sources/mqtt/until';
import { MqttBroker } from '../support/MqttBroker';
import { aggregate, from, map, OPTIONS, planOf, receiver, reduceByKey, sink, window } from './plans';

const INTERVAL = 50;

function toHttp(id: string, input: string, change: Partial<SinkOperator['parameters']> = {}): SinkOperator {
  const target = { kind: 'http', connection: `http/${id}`, timeout: 10_000 } as const;
  return { id, type: 'sink', inputs: from(input), parameters: { target, mode: 'record', emptyBatches: false, ...change } };
}

function at(...servers: readonly (readonly [id: string, server: TestServer])[]): RunOptions {
  const secrets = servers.map(([id, { port }]): [string, HttpSecret] => [`http/${id}`, { url: `http://127.0.0.1:${String(port)}/`, headers: {} }]);
  return { ...OPTIONS, secrets: Object.fromEntries(secrets) };
}

describe('sinks that send records out of Node-RED', () => {
  let server: TestServer;
  let queries: Query[];
  let problems: Problem[];
  let figures: Readonly<Record<string, OperatorProgress>>;
  let outputs: [operator: string, payloads: unknown[]][];

  function start(operators: readonly Operator[], options: RunOptions): Query {
    const query = new EmbeddedEngine({ isolation: 'inline' }).start(planOf(operators, INTERVAL), options);
    queries.push(query);
    query.on('problem', (problem) => problems.push(problem));
    query.on('progress', (event) => {
      figures = event.operators;
    });
    query.on('output', ({ operator, records }) => outputs.push([operator, records.map(({ payload }) => payload)]));
    return query;
  }

  const offer = (query: Query, ...payloads: unknown[]): Promise<void> => query.offer('in', payloads.map((payload) => ({ payload, topic: 't' })));
  const hang = (): void => {
    server.answer = () => undefined;
  };

  beforeEach(async () => {
    server = await TestServer.start();
    queries = [];
    problems = [];
    figures = {};
    outputs = [];
  });

  afterEach(async () => {
    await Promise.all(queries.map((query) => query.stop()));
    await server.stop();
  });

  it('get one message per batch, per record or per key, each named by graph, sink, batch and index', async () => {
    const modes = ['batch', 'record', 'key'] as const;
    const query = start(
      [receiver(), ...modes.map((mode) => toHttp(mode, 'in', { mode }))],
      at(['batch', server], ['record', server], ['key', server]),
    );
    await query.started;
    await query.offer('in', [{ payload: 1, topic: 'a' }, { payload: 2, topic: 'b' }, { payload: 3, topic: 'a' }]);
    await until('all messages', () => server.received.length === 6);
    const seen = server.received.map(({ headers, body }) => [String(headers['idempotency-key']).replace(/\/\d{13}\//, '/TIME/'), body]);
    expect(seen.sort()).to.deep.equal([
      ['graph/batch/TIME/0', '[1,2,3]'], ['graph/key/TIME/0', '3'], ['graph/key/TIME/1', '2'],
      ['graph/record/TIME/0', '1'], ['graph/record/TIME/1', '2'], ['graph/record/TIME/2', '3'],
    ]);
    expect(outputs, 'nothing goes to the flow').to.deep.equal([]);
  });

  it('name messages differently where another Node-RED runs the same plan, whose batches have the same times', async () => {
    const one = { ...at(['out', server]), instance: 'one' };
    const queries = [start([receiver(), toHttp('out', 'in')], one), start([receiver(), toHttp('out', 'in')], { ...one, instance: 'two/2' })];
    await Promise.all(queries.map(async (query) => {
      await query.started;
      await query.offer('in', [{ payload: 1, topic: 'a' }]);
    }));
    await until('both messages', () => server.received.length === 2);
    const names = server.received.map(({ headers }) => String(headers['idempotency-key']).replace(/\/\d{13}\//, '/TIME/'));
    expect(names.sort()).to.deep.equal(['one/graph/out/TIME/0', 'two%2F2/graph/out/TIME/0']);
  });

  it('give the empty batch only where that is ticked', async () => {
    const query = start([receiver(), toHttp('with', 'in', { mode: 'batch', emptyBatches: true }), toHttp('without', 'in', { mode: 'batch' })], at(['with', server], ['without', server]));
    await query.started;
    await until('two empty batches', () => server.received.length === 2);
    expect(server.received.map(({ headers, body }) => [String(headers['idempotency-key']).split('/')[1], body])).to.deep.equal([['with', '[]'], ['with', '[]']]);
  });

  it('make batches wait while the place outside does not answer, and receivers refuse what does not fit; other graphs go on', async () => {
    hang();
    const query = start([receiver({ bufferLimit: 3 }), toHttp('out', 'in'), sink('flow', 'in')], at(['out', server]));
    const other = start([receiver(), sink('other', 'in')], OPTIONS);
    await Promise.all([query.started, other.started]);
    await offer(query, 1);
    await until('the request', () => server.received.length === 1);
    expect(outputs, 'the sink of the flow comes first').to.deep.equal([['flow', [1]]]);
    await offer(query, 2, 3);
    let refused = 0;
    await offer(query, 4).catch(() => refused++);
    expect(refused).to.equal(1);
    await offer(other, 5);
    await until('the other graph', () => outputs.some(([operator]) => operator === 'other'));
    server.answer = (_, response) => response.end();
    for (const { headers } of server.received) expect(headers['idempotency-key']).to.match(/^graph\/out\/\d+\/0$/);
  });

  it('do not keep each other from the records of a batch: one whose server hangs lets the others send theirs', async () => {
    hang();
    const other = await TestServer.start();
    const query = start([receiver(), toHttp('a', 'in'), toHttp('b', 'in'), toHttp('c', 'in')], at(['a', server], ['b', other], ['c', server]));
    await query.started;
    await offer(query, 1);
    await until('all requests', () => server.bodies.length === 2 && other.bodies.length === 1);
    await query.stop();
    await other.stop();
  });

  it('drop what is refused, count it, and tell it once a batch', async () => {
    server.answer = ({ body }, response) => {
      response.writeHead(body === '2' ? 200 : 422).end();
    };
    const query = start([receiver(), toHttp('out', 'in')], at(['out', server]));
    await query.started;
    await offer(query, 1, 2, 3);
    await until('the problem', () => problems.length === 1);
    expect(problems[0]).to.include({ nodeId: 'out', code: 'sink-refused' });
    expect(problems[0]?.what).to.match(/answered 422 to a record, which was dropped \(and 1 more in this batch\)\.$/);
    await until('the figures', () => figures['out']?.recordsOut === 1);
    expect(figures['out']).to.include({ recordsIn: 3, recordsOut: 1, failed: 2, waiting: 0 });
  });

  it('let Deploy pass within seconds while they wait; a changed address takes what waits, and windows keep their records', async () => {
    hang();
    const behind = await TestServer.start();
    const operators = (code: string): Operator[] => [
      receiver(), map('m', 'in', code), window('w', 'm', 600_000, INTERVAL), reduceByKey('r', 'w', [aggregate('count')], { emit: 'changed' }),
      sink('flow', 'r'), toHttp('out', 'm'),
    ];
    const query = start(operators('return msg;'), at(['out', server]));
    await query.started;
    await offer(query, 1);
    await until('the request', () => server.received.length === 1);
    const begun = performance.now();
    const report = await query.update(planOf(operators('return { payload: msg.payload * 10 };'), INTERVAL), at(['out', server]));
    expect(report).to.deep.include({ dropped: [], restarted: ['m'] });
    expect(performance.now() - begun).to.be.within(500, 3000);
    await offer(query, 2);
    // The new plan's batch waits behind the old one's record.
    await until('the count of both', () => outputs.some(([, payloads]) => (payloads[0] as { count: number }).count === 2));
    expect(server.bodies).to.deep.equal(['1']);
    await query.update(planOf(operators('return { payload: msg.payload * 10 };'), INTERVAL), at(['out', behind]));
    await until('both records', () => behind.bodies.length === 2);
    expect(behind.bodies).to.deep.equal(['1', '20']);
    await behind.stop();
  });

  it('tell how many records were lost with a sink that was removed while it waited', async () => {
    hang();
    const query = start([receiver(), sink('flow', 'in'), toHttp('out', 'in')], at(['out', server]));
    await query.started;
    await offer(query, 1, 2, 3);
    await until('the request', () => server.received.length > 0);
    await query.update(planOf([receiver(), sink('flow', 'in')], INTERVAL), OPTIONS);
    expect(problems.map(({ nodeId, code, what }) => [nodeId, code, what.split(' ')[0]])).to.deep.equal([['out', 'sink-undelivered', '3']]);
    await offer(query, 4);
    await until('the next batch', () => outputs.some(([, payloads]) => payloads.includes(4)));
  });

  it('let the graph stop within seconds, in this thread or in another, and say how many records were not delivered', async () => {
    hang();
    for (const isolation of ['inline', 'thread'] as const) {
      server.received.length = 0;
      const query = new EmbeddedEngine({ isolation }).start(planOf([receiver(), toHttp('out', 'in')], INTERVAL), at(['out', server]));
      await query.started;
      await offer(query, 1, 2, 3);
      await until('the request', () => server.received.length === 1);
      const begun = performance.now();
      expect(await query.stop(), isolation).to.equal(3);
      expect(performance.now() - begun).to.be.below(3000);
    }
  });

  it('publish to a broker, and keep that connection when something else is deployed', async () => {
    const taken: string[] = [];
    let connections = 0;
    const broker = await MqttBroker.start(0, {
      authenticate: (_client, _user, _password, done) => {
        connections++;
        done(null, true);
      },
      authorizePublish: (client, { topic, payload }, done) => {
        if (client !== null) taken.push(`${topic} ${payload.toString()}`);
        done(null);
      },
    });
    const secret: MqttSecret = {
      url: broker.url, protocolVersion: 4, clientId: 'sink', keepalive: 60, cleanSession: true, connectTimeout: 2000, reconnectPeriod: 100,
    };
    const options: RunOptions = { ...OPTIONS, secrets: { 'q/out': secret } };
    const target = { kind: 'mqtt', connection: 'q/out', topic: 'means/{key}', qos: 1, retain: false } as const;
    const operators = (code: string): Operator[] => [receiver(), map('m', 'in', code), toHttp('out', 'm', { target, mode: 'key' })];
    const query = start(operators('return msg.payload;'), options);
    await query.started;
    await offer(query, 1, 2);
    await until('the first', () => taken.length === 1);
    await query.update(planOf(operators('return -msg.payload;'), INTERVAL), options);
    await offer(query, 3);
    await until('the second', () => taken.length === 2);
    expect(taken).to.deep.equal(['means/t 2', 'means/t -3']);
    expect(connections).to.equal(1);
    expect(figures['out']?.source).to.deep.equal({ state: 'running', text: 'connected' });
    await query.stop();
    await broker.stop();
  });

  it('cannot run without what they need to connect', async () => {
    const query = start([receiver(), toHttp('out', 'in')], OPTIONS);
    const failed = new Promise<Problem>((resolve) => {
      query.on('failed', resolve);
    });
    await query.started.catch(() => undefined);
    expect(await failed).to.include({ nodeId: 'out', code: 'sink-url-invalid' });
  });
});

describe('the sinks of a graph', () => {
  it('begin anew where one led nowhere any more while batches of a former drawing ran, and then does again', async () => {
    const delivered: unknown[] = [];
    const known = new Map<string, OperatorFigures>();
    const told: Problem[] = [];
    const nothing = (): void => undefined;
    const sinks = new Sinks({
      clock: new ManualClock(),
      places: {
        source: () => undefined,
        sink: () => ({
          start: nothing,
          deliver: (records, settled) => {
            for (const record of records) {
              delivered.push(record.payload);
              settled(record);
            }
            return Promise.resolve();
          },
          stop: () => Promise.resolve(),
        }),
      },
      failures: new FailureReports(),
      figures: (id) => known.get(id) ?? known.set(id, new OperatorFigures()).get(id)!,
      problem: (problem) => told.push(problem),
      changed: nothing,
      tellFailures: nothing,
      failed: expect.fail,
    });
    const plan = planOf([receiver(), toHttp('out', 'in')], INTERVAL);
    const record = (payload: number): SinkRecord => ({ payload, topic: 't', key: null, id: `graph/out/1/${String(payload)}`, count: 1 });
    await sinks.be(plan);
    await sinks.run(plan, {}, planOf([receiver()], INTERVAL));
    await sinks.get('out').deliver([record(1)], nothing, 1);
    // The newer drawing could not run after all.
    await sinks.be(plan);
    await sinks.run(plan, {});
    await sinks.get('out').deliver([record(2)], nothing, 2);
    expect(delivered).to.deep.equal([2]);
    expect(told.map(({ code, nodeId }) => [code, nodeId])).to.deep.equal([['sink-undelivered', 'out']]);
  });
});
