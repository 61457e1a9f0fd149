import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { OfferedMessage } from '../../../src/engine/Engine';
import { NoRoomError } from '../../../src/engine/RefusedError';
import { Endpoints, LONGEST_RECOVERY, LONGEST_WAIT } from '../../../src/flow/web/Endpoints';
import { RequestInput } from '../../../src/flow/web/RequestInput';
import { ManualClock } from '../../../src/ports/ManualClock';
import { until } from '../../support/until';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly content: { readonly taken?: number; readonly error?: string };
}

describe('Endpoints', () => {
  let server: Server;
  let clock: ManualClock;
  let endpoints: Endpoints;
  let taken: OfferedMessage[];
  let open: boolean;
  let answerOf: () => Promise<void>;
  /** Of the last request that was handed over. */
  let given: AbortSignal | undefined;
  let input: RequestInput;
  let recovering: boolean;

  beforeEach(async () => {
    clock = new ManualClock();
    endpoints = new Endpoints(clock);
    taken = [];
    open = true;
    recovering = false;
    answerOf = () => Promise.resolve();
    input = new RequestInput(() =>
      open
        ? {
            take: (messages, signal) => {
              given = signal;
              taken.push(...messages);
              return answerOf();
            },
            limit: 20,
            refused: () => undefined,
          }
        : 'wait',
    );
    endpoints.set(
      new Map([
        [
          'house/sensors',
          {
            bodyLimit: 10_000, format: 'auto' as const,
            retryAfter: () => 3, isRecovering: () => recovering, offer: (messages) => input.offer(messages),
          },
        ],
      ]),
    );
    server = createServer((request, response) => {
      if (endpoints.isFor(request)) void endpoints.handle(request, response);
      else response.writeHead(404).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    // Nothing of a request is left behind, however it ended.
    await until('no request is left', () => endpoints.open === 0);
    expect(endpoints.bytes).to.equal(0);
    expect(clock.pendingTimers).to.equal(0);
  });

  const port = (): number => (server.address() as AddressInfo).port;

  async function post(body: string | Buffer, headers: Record<string, string> = {}, path = '/house/sensors', method = 'POST'): Promise<Answer> {
    const sent = httpRequest({ host: '127.0.0.1', port: port(), path, method, headers, agent: false });
    // A refused body may be cut off while it is sent; the answer has come by then.
    sent.on('error', () => undefined);
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, content: JSON.parse(Buffer.concat(pieces).toString()) as Answer['content'] };
  }

  async function raw(text: string): Promise<Socket> {
    const socket = connect(port(), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  const HEAD = 'POST /house/sensors HTTP/1.1\r\nHost: x\r\n';

  it('answers 202 when the records are taken, with the path as topic', async () => {
    const { status, content, headers } = await post('{"value":1}', { 'content-type': 'application/json' });
    expect(status).to.equal(202);
    expect(content).to.deep.equal({ taken: 1 });
    expect(headers['content-type']).to.equal('application/json; charset=utf-8');
    expect(taken.map(({ payload, topic }) => [String(payload), topic])).to.deep.equal([['{"value":1}', 'house/sensors']]);
    expect((taken[0]?.payload as Buffer).buffer.byteLength).to.equal(11);
  });

  it('takes a topic from the query, and every line of newline-delimited JSON', async () => {
    const { content } = await post('1\n2\n3', { 'content-type': 'application/x-ndjson' }, '/house/sensors/?topic=a%2Fb');
    expect(content.taken).to.equal(3);
    expect(taken.map(({ payload, topic }) => `${topic} ${String(payload)}`)).to.deep.equal(['a/b 1', 'a/b 2', 'a/b 3']);
    expect((await post('1', {}, `/house/sensors?topic=${'x'.repeat(1025)}`)).status).to.equal(400);
  });

  it('is not there for other paths and methods', async () => {
    expect((await post('1', {}, '/house')).status).to.equal(404);
    expect((await post('1', {}, '/house/sensors/x')).status).to.equal(404);
    expect((await post('1', {}, '/house//sensors')).status).to.equal(404);
    expect((await post('', {}, '/house/sensors', 'PUT')).status).to.equal(404);
    endpoints.set(new Map());
    expect((await post('1')).status).to.equal(404);
    expect(taken).to.deep.equal([]);
  });

  it('answers 400 with the reason for what cannot be read', async () => {
    const { status, content } = await post('{', { 'content-type': 'application/json' });
    expect(status).to.equal(400);
    expect(content.error).to.contain('not valid JSON');
    expect(taken).to.deep.equal([]);
  });

  it('answers 413 to what is too large, whether it says so or not, and closes the connection', async () => {
    for (const headers of [{ 'content-length': '10001' }, { 'transfer-encoding': 'chunked' }]) {
      const { status, content, headers: answered } = await post('x'.repeat(10_001), headers);
      expect(status).to.equal(413);
      expect(content.error).to.contain('limit of 10000 bytes');
      expect(answered.connection).to.equal('close');
    }
    expect((await post('x'.repeat(10_000))).status).to.equal(202);
    expect((await post('x'.repeat(5_000_000), { 'transfer-encoding': 'chunked' })).status).to.equal(413);
  });

  it('unpacks, within the limit, and refuses other packings', async () => {
    const body = Buffer.from('{"packed":true}');
    for (const [encoding, packed] of [['gzip', gzipSync(body)], ['deflate', deflateSync(body)], ['br', brotliCompressSync(body)]] as const) {
      expect((await post(packed, { 'content-encoding': encoding })).status, encoding).to.equal(202);
    }
    expect(new Set(taken.map(({ payload }) => String(payload)))).to.deep.equal(new Set(['{"packed":true}']));
    expect((await post(gzipSync(Buffer.alloc(10_001)), { 'content-encoding': 'gzip' })).status).to.equal(413);
    expect((await post('no gzip', { 'content-encoding': 'gzip' })).status).to.equal(400);
    expect((await post('x', { 'content-encoding': 'compress' })).status).to.equal(415);
    expect((await post('x', { 'content-encoding': 'toString' })).status).to.equal(415);
  });

  it('answers 429 with Retry-After while there is no room, and says what was taken all the same', async () => {
    answerOf = () => Promise.reject(new NoRoomError('2 of 3 messages were refused', 1));
    const { status, headers, content } = await post('1\n2\n3', { 'content-type': 'application/x-ndjson' });
    expect(status).to.equal(429);
    expect(headers['retry-after']).to.equal('3');
    expect(content).to.deep.equal({ error: '2 of 3 messages were refused', taken: 1 });
  });

  it('answers 503 with Retry-After while the graph does not run', async () => {
    answerOf = () => Promise.reject(new Error('The graph of this receiver does not run.'));
    const { status, headers, content } = await post('1');
    expect(status).to.equal(503);
    expect(headers['retry-after']).to.equal('3');
    expect(content.error).to.contain('does not run');
  });

  it('refuses when more waits for the answer of a busy graph than may', async () => {
    let release: () => void = () => undefined;
    answerOf = () => new Promise<void>((resolve) => (release = resolve));
    const first = post('1\n'.repeat(15), { 'content-type': 'application/x-ndjson' });
    await until('the first is taken', () => taken.length === 15);
    expect((await post('1\n'.repeat(6), { 'content-type': 'application/x-ndjson' })).status).to.equal(429);
    release();
    expect((await first).status).to.equal(202);
  });

  it('lets requests wait during a deploy, in order, and answers when it is over', async () => {
    open = false;
    const answers = [];
    for (let index = 0; index < 3; index++) {
      answers.push(post(String(index)));
      await until('it waits', () => endpoints.open === index + 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    open = true;
    input.flush();
    expect((await Promise.all(answers)).map(({ status }) => status)).to.deep.equal([202, 202, 202]);
    expect(taken.map(({ payload }) => String(payload)).sort()).to.deep.equal(['0', '1', '2']);
  });

  it('does not let them wait for ever, and does not take what it refused', async () => {
    open = false;
    const waiting = post('late');
    await until('it waits', () => endpoints.open === 1 && clock.pendingTimers === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(LONGEST_WAIT);
    const { status, content } = await waiting;
    expect(status).to.equal(503);
    expect(content.error).to.contain('within 30 s');
    open = true;
    input.flush();
    expect(taken).to.deep.equal([]);
  });

  it('lets them wait some seconds for a graph that recovers, and answers 503 with Retry-After when that takes longer', async () => {
    let offered = 0;
    endpoints.set(
      new Map([
        [
          'house/sensors',
          {
            bodyLimit: 10_000, format: 'auto' as const, retryAfter: () => 3, isRecovering: () => recovering,
            offer: (messages: readonly OfferedMessage[]) => {
              offered++;
              return input.offer(messages);
            },
          },
        ],
      ]),
    );
    open = false;
    recovering = true;
    const first = post('1');
    await until('it waits', () => offered === 1);
    await clock.advance(LONGEST_RECOVERY - 1);
    const second = post('2');
    await until('the other waits too', () => offered === 2);
    await clock.advance(1);
    const { status, headers, content } = await first;
    expect([status, headers['retry-after']]).to.deep.equal([503, '5']);
    expect(content.error).to.contain('brought back from its checkpoint');
    recovering = false;
    await clock.advance(LONGEST_RECOVERY);
    open = true;
    input.flush();
    expect((await second).status).to.equal(202);
    expect(taken.map(({ payload }) => String(payload))).to.deep.equal(['2']);
  });

  it('forgets a client that goes away, before its body is complete or while it waits', async () => {
    const half = await raw(`${HEAD}Content-Length: 100\r\n\r\nhalf`);
    await until('it is under way', () => endpoints.open === 1 && endpoints.bytes > 0);
    half.destroy();
    await until('it is forgotten', () => endpoints.open === 0);
    open = false;
    const waiting = await raw(`${HEAD}Content-Length: 4\r\n\r\ndone`);
    await until('it waits', () => endpoints.open === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    waiting.destroy();
    await until('it is forgotten', () => endpoints.open === 0);
    open = true;
    input.flush();
    expect(taken).to.deep.equal([]);
  });

  it('tells the graph to which a request was handed over when its client need not hope any more', async () => {
    answerOf = () => new Promise(() => undefined);
    const waiting = post('late');
    await until('it is handed over', () => taken.length === 1);
    expect(given?.aborted).to.equal(false);
    await until('its time runs', () => clock.pendingTimers === 1);
    await clock.advance(LONGEST_WAIT);
    expect((await waiting).status).to.equal(503);
    expect(given?.aborted).to.equal(true);
  });

  it('answers 408 to a body that does not come, and ends the connection', async () => {
    const slow = await raw(`${HEAD}Content-Length: 100\r\n\r\nx`);
    const answered: string[] = [];
    slow.on('data', (data: Buffer) => answered.push(data.toString()));
    await until('it is under way', () => endpoints.bytes > 0);
    await clock.advance(30_000);
    await until('the answer', () => answered.join('').includes('408'));
    await clock.advance(2000);
    await until('the end', () => slow.closed || slow.destroyed || slow.readableEnded);
    slow.destroy();
  });

  it('asks who is there when the body is complete: answers 404 where the endpoint was removed meanwhile', async () => {
    for (const isThere of [true, false]) {
      const slow = await raw(`${HEAD}Content-Length: 2\r\n\r\n1`);
      const answered: string[] = [];
      slow.on('data', (data: Buffer) => answered.push(data.toString()));
      await until('it is under way', () => endpoints.bytes > 0);
      const offer = (): ReturnType<RequestInput['offer']> => input.offer([{ payload: 'moved', topic: '' }]);
      endpoints.set(new Map(isThere ? [['house/sensors', { bodyLimit: 10_000, format: 'auto' as const, retryAfter: () => 3, isRecovering: () => false, offer }]] : []));
      slow.write('2');
      await until('the answer', () => answered.join('').includes(isThere ? ' 202 ' : ' 404 '));
      slow.destroy();
      expect(taken.map(({ payload }) => payload)).to.deep.equal(['moved']);
    }
  });

  it('holds no more than the limits, however many send however they cut it', async function () {
    this.timeout(20_000);
    const chunk = '1\r\nx\r\n'.repeat(5000);
    const sockets = await Promise.all(Array.from({ length: 50 }, () => raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`)));
    await until('all are under way', () => endpoints.open === 50);
    await until('all pieces have come', () => endpoints.bytes === 50 * 8192);
    for (const socket of sockets) socket.destroy();
  });

  it('takes what a body parser in front of it has made of the body', async () => {
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        await endpoints.handle(Object.assign(request, { body: JSON.parse(Buffer.concat(pieces).toString()) as unknown }), response);
      })();
    });
    expect((await post('{"parsed":[1]}')).status).to.equal(202);
    expect(taken[0]?.payload).to.deep.equal({ parsed: [1] });
  });
});
