import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { ManualClock } from '../../../src/ports/ManualClock';
import { HttpSink } from '../../../src/sinks/http/HttpSink';
import type { HttpSinkOptions } from '../../../src/sinks/http/HttpSinkOptions';
import { until } from '../../sources/mqtt/until';
import { recordsOf, TestSinkHost } from '../TestSinkHost';
import { TestServer } from './TestServer';

const SECRET = 'canary-secret-4Vb';
const tlsDirectory = join(process.cwd(), 'test', 'support', 'tls');

describe('HttpSink', () => {
  let server: TestServer;
  let clock: ManualClock;
  let host: TestSinkHost;
  let sink: HttpSink;

  function open(change: Partial<HttpSinkOptions> = {}): HttpSink {
    const url = `http://127.0.0.1:${String(server.port)}/in?token=${SECRET}`;
    sink = new HttpSink({ url, headers: { 'x-api-key': SECRET }, timeout: 10_000, ...change }, host, clock, () => 0.5);
    sink.start();
    return sink;
  }

  /** Answers the first requests with these numbers, all others with 200. */
  function answers(...statuses: readonly (readonly [status: number, headers?: Record<string, string>])[]): void {
    const left = [...statuses];
    server.answer = (_, response) => {
      const [status, headers] = left.shift() ?? [200];
      response.writeHead(status, headers).end();
    };
  }

  beforeEach(async () => {
    server = await TestServer.start();
    clock = new ManualClock(1_700_000_000_000);
    host = new TestSinkHost();
  });

  afterEach(async () => {
    await sink.stop();
    await server.stop();
    expect(clock.pendingTimers).to.equal(0);
    expect(host.everything).not.to.include(SECRET);
  });

  it('posts bytes and texts as they are and everything else as JSON, with the header and an Idempotency-Key', async () => {
    await open().deliver(recordsOf([{ a: [1, null] }, 'zwölf', Buffer.from([0, 255]), 7, null], (index) => ({ key: 'k', id: `g/s/1/${String(index)}` })), host.settled);
    expect(server.received.map(({ method, url, headers, body }) => [method, url, headers['content-type'], headers['x-api-key'], headers['idempotency-key'], body])).to.deep.equal([
      ['POST', `/in?token=${SECRET}`, 'application/json', SECRET, 'g/s/1/0', '{"a":[1,null]}'],
      ['POST', `/in?token=${SECRET}`, 'text/plain; charset=utf-8', SECRET, 'g/s/1/1', 'zw\u00c3\u00b6lf'],
      ['POST', `/in?token=${SECRET}`, 'application/octet-stream', SECRET, 'g/s/1/2', '\u0000\u00ff'],
      ['POST', `/in?token=${SECRET}`, 'application/json', SECRET, 'g/s/1/3', '7'],
      ['POST', `/in?token=${SECRET}`, 'application/json', SECRET, 'g/s/1/4', 'null'],
    ]);
    expect(host.arrived).to.have.length(5);
    expect(host.last).to.deep.equal({ state: 'running', text: 'sending' });
  });

  it('posts again after 500 and 503, later each time, with the same Idempotency-Key, and tells once', async () => {
    answers([500], [503]);
    const delivered = open().deliver(recordsOf(['a']), host.settled);
    await until('the first failure', () => host.statuses.length === 1);
    expect(host.last?.state).to.equal('waiting');
    expect(host.last?.text).to.match(/^server says 500, retrying at \d\d:\d\d:\d\d$/);
    await clock.advance(499);
    expect(server.received).to.have.length(1);
    await clock.advance(1);
    await until('the second failure', () => host.statuses.length === 2);
    await clock.advance(999);
    expect(server.received).to.have.length(2);
    await clock.advance(1);
    await delivered;
    expect(server.received.map(({ headers }) => headers['idempotency-key'])).to.deep.equal(['0', '0', '0']);
    expect(host.codes).to.deep.equal(['sink-server-busy']);
    expect(host.last?.state).to.equal('running');
    expect(host.refused).to.deep.equal([]);
  });

  it('honours Retry-After, in seconds or as a date, and not beyond five minutes', async () => {
    answers([429, { 'retry-after': '7' }], [503, { 'retry-after': new Date(1_700_000_027_000).toUTCString() }], [429, { 'retry-after': '86400' }]);
    const delivered = open().deliver(recordsOf(['a']), host.settled);
    for (const [attempt, pause] of [7000, 20_000, 300_000].entries()) {
      await until(`attempt ${String(attempt)}`, () => host.statuses.length === attempt + 1);
      await clock.advance(pause - 1);
      expect(server.received).to.have.length(attempt + 1);
      await clock.advance(1);
    }
    await delivered;
    expect(host.arrived).to.deep.equal(['0']);
  });

  it('drops what the server will not take, tells why, and goes on', async () => {
    answers([400], [302, { location: 'http://127.0.0.1:1/elsewhere' }], [404], [204]);
    await open().deliver(recordsOf(['a', 'b', 'c', 'd', undefined, 10n], () => ({ key: 'k' })), host.settled);
    expect(host.refused.map(([id, { code }]) => [id, code])).to.deep.equal([
      ['0', 'sink-refused'], ['1', 'sink-refused'], ['2', 'sink-refused'], ['4', 'record-unsendable'], ['5', 'record-unsendable'],
    ]);
    expect(host.refused[0]?.[1].what).to.equal(`The server at 127.0.0.1:${String(server.port)} answered 400 to a record, which was dropped.`);
    expect(host.refused[1]?.[1].why).to.include('redirects are not followed');
    expect(host.arrived).to.deep.equal(['3']);
    expect(server.received, 'the redirect was not followed').to.have.length(4);
  });

  it('waits through 408 as through an outage, and posts when the server is back at its address', async () => {
    const { port } = server;
    open();
    await server.stop();
    const delivered = sink.deliver(recordsOf(['a']), host.settled);
    await until('no connection', () => host.codes.includes('sink-unreachable'));
    expect(host.problems[0]?.what).to.equal(`No connection to the server at 127.0.0.1:${String(port)}: ECONNREFUSED.`);
    server = await TestServer.start(port);
    answers([408]);
    await clock.advance(500);
    await until('the second failure', () => host.statuses.length === 2);
    await clock.advance(1000);
    await delivered;
    expect(server.bodies).to.deep.equal(['a', 'a']);
  });

  it('does not wait for an answer longer than the timeout, but for a slow one shorter than that', async () => {
    const slow: (() => void)[] = [];
    server.answer = (_, response) => {
      slow.push(() => response.end());
    };
    const delivered = open().deliver(recordsOf(['a']), host.settled);
    await until('the request', () => slow.length === 1);
    await clock.advance(9999);
    expect(host.statuses).to.deep.equal([]);
    await clock.advance(1);
    await until('the timeout', () => host.statuses.length === 1);
    expect(host.codes).to.deep.equal(['sink-timeout']);

    await clock.advance(500);
    await until('the second request', () => slow.length === 2);
    await clock.advance(9000);
    slow[1]?.();
    await delivered;
    expect(host.arrived).to.deep.equal(['0']);
  });

  it('trusts no certificate that nobody vouches for, and drops nothing for it', async () => {
    await server.stop();
    const read = (file: string): string => readFileSync(join(tlsDirectory, file), 'utf8');
    server = await TestServer.start(0, { cert: read('test-only-certificate.pem'), key: read('test-only-key.pem') });
    const delivered = open({ url: `https://127.0.0.1:${String(server.port)}/` }).deliver(recordsOf(['a']), host.settled);
    await until('the refusal', () => host.statuses.length === 1);
    expect(host.codes).to.deep.equal(['sink-tls-refused']);
    expect(host.last?.state).to.equal('failed');
    expect(server.received).to.deep.equal([]);
    await sink.stop();
    await delivered;
    expect([host.arrived, host.refused]).to.deep.equal([[], []]);
  });

  it('stops at once while a server hangs, and while it waits for the next attempt', async () => {
    server.answer = () => undefined;
    const hanging = open().deliver(recordsOf(['a', 'b']), host.settled);
    await until('the request', () => server.received.length === 1);
    await sink.stop();
    await hanging;
    answers([500]);
    const waiting = open().deliver(recordsOf(['a']), host.settled);
    await until('the failure', () => host.statuses.length === 1);
    await sink.stop();
    await waiting;
    expect([host.arrived, host.refused]).to.deep.equal([[], []]);
    await until('all connections are closed', () => server.connections === 0);
  });

  it('reads an endless answer only so far, and counts it by its status', async () => {
    server.answer = (_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    };
    await open().deliver(recordsOf(['a']), host.settled);
    expect(host.arrived).to.deep.equal(['0']);
  });

  it('keeps the records of each key in order, whatever the server answers, with at most four requests under way', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 1, null), fc.constantFrom(200, 200, 200, 500, 429, 400, 0)), { maxLength: 30 }),
      async (plan) => {
        host = new TestSinkHost();
        server.received.length = 0;
        const first = plan.map(([, status]) => status);
        let underWay = 0;
        let most = 0;
        server.answer = ({ body }, response, socket) => {
          most = Math.max(most, ++underWay);
          const index = Number(body);
          const status = first[index] ?? 200;
          first[index] = 200;
          setImmediate(() => {
            underWay--;
            if (status === 0) socket.destroy();
            else response.writeHead(status).end();
          });
        };
        // Attempts follow each other as soon as possible.
        sink = new HttpSink({ url: `http://127.0.0.1:${String(server.port)}/`, headers: {}, timeout: 10_000 }, host, clock, () => -0.5);
        const records = recordsOf(plan.map((_, index) => index), (index) => ({ key: plan[index]?.[0] ?? null }));
        let over = false;
        const delivered = sink.deliver(records, host.settled).then(() => {
          over = true;
        });
        while (!over) {
          await clock.advance(0);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await delivered;
        await sink.stop();
        expect(most).to.be.at.most(4);
        for (const key of new Set(plan.map(([name]) => name))) {
          const expected = plan.flatMap(([name], index) => (name === key ? [index] : []));
          const seen = server.bodies.map(Number).filter((index) => plan[index]?.[0] === key);
          // Each once, or again and again until it was taken, but never one after the next.
          expect(seen).to.deep.equal([...seen].sort((x, y) => x - y));
          expect([...new Set(seen)]).to.deep.equal(expected);
        }
        const refused = plan.flatMap(([, status], index) => (status === 400 ? [String(index)] : []));
        expect(host.refused.map(([id]) => id).sort()).to.deep.equal(refused.sort());
        expect(host.arrived.length + refused.length).to.equal(plan.length);
      },
    ), { numRuns: 25, interruptAfterTimeLimit: 2000 });
  });
});
