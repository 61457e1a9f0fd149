import net from 'node:net';
import { expect } from 'chai';
import { ManualClock } from '../../../src/ports/ManualClock';
import { SystemClock } from '../../../src/ports/node/SystemClock';
import type { TcpOptions } from '../../../src/sources/tcp/TcpOptions';
import { TcpSource } from '../../../src/sources/tcp/TcpSource';
import { TestHost } from '../mqtt/TestHost';
import { pass, until } from '../mqtt/until';

const LOCAL = '127.0.0.1';

/** Everything that a test opened, closed after it. */
const opened: (() => unknown)[] = [];

/** A source that is stopped after the test; it tries again after 10 ms. */
function sourceOf(options: Partial<TcpOptions>, host = new TestHost()): { source: TcpSource; host: TestHost } {
  const defaults = { role: 'listen', host: LOCAL, port: 0, retryDelay: 10 } as const;
  const source = new TcpSource({ ...defaults, ...options }, host, new SystemClock(), () => 0.5);
  opened.push(() => source.stop());
  return { source, host };
}

/** A source that listens, and its port. */
async function listening(options: Partial<TcpOptions> = {}): Promise<{ source: TcpSource; host: TestHost; port: number }> {
  const { source, host } = sourceOf(options);
  source.start();
  await until('the port', () => host.statuses.length > 0);
  return { source, host, port: source.port ?? 0 };
}

async function client(port: number): Promise<net.Socket> {
  const socket = net.connect({ host: LOCAL, port });
  socket.on('error', () => undefined);
  opened.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** A server, the sockets that have connected to it, and how many of them are open. */
async function serverAt(port = 0): Promise<{ server: net.Server; sockets: net.Socket[]; port: number }> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });
  opened.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(port, LOCAL, resolve));
  return { server, sockets, port: (server.address() as net.AddressInfo).port };
}

describe('TcpSource', () => {
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  describe('that listens', () => {
    it('makes a message of each line, with the address as its topic', async () => {
      const { host, port } = await listening();
      const socket = await client(port);
      socket.write('one\r\ntwo\n\nunended');
      await until('three lines', () => host.messages.length === 3);
      const topic = `127.0.0.1:${String(port)}`;
      expect(host.messages).to.deep.equal([
        { payload: Buffer.from('one'), topic }, { payload: Buffer.from('two'), topic }, { payload: Buffer.from(''), topic },
      ]);
      expect(Buffer.isBuffer(host.messages[0]?.payload)).to.equal(true);
      expect(host.texts).to.deep.equal([`listening on ${String(port)}, 0 connections`, `listening on ${String(port)}, 1 connection`]);
    });

    it('counts a last line that only the end of the connection ends', async () => {
      const { host, port } = await listening();
      (await client(port)).end('one\ntwo');
      await host.untilStatus(`listening on ${String(port)}, 0 connections`, 2);
      expect(host.payloads).to.deep.equal(['one', 'two']);
      expect(host.codes).to.deep.equal([]);
    });

    it('keeps characters whole that come byte by byte', async () => {
      const { host, port } = await listening();
      const socket = await client(port);
      socket.setNoDelay(true);
      for (const byte of Buffer.from('21 °C 🌡\n')) {
        socket.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until('the line', () => host.messages.length === 1);
      expect(host.payloads).to.deep.equal(['21 °C 🌡']);
    });

    it('keeps the lines of many connections apart and in order', async () => {
      const { host, port } = await listening();
      const count = 50;
      const sockets = await Promise.all(Array.from({ length: count }, () => client(port)));
      for (let line = 0; line < 10; line++) {
        for (const [index, socket] of sockets.entries()) {
          socket.write(`${String(index)}:`);
          socket.write(`${String(line)}\n`);
        }
      }
      for (const socket of sockets) socket.end();
      await until('all lines', () => host.messages.length === 10 * count);
      for (let index = 0; index < count; index++) {
        const own = host.payloads.filter((payload) => payload.startsWith(`${String(index)}:`));
        expect(own).to.deep.equal(Array.from({ length: 10 }, (_, line) => `${String(index)}:${String(line)}`));
      }
    });

    it('turns away more connections than it may have, and says so once', async () => {
      const { host, port } = await listening({ maxConnections: 2 });
      const first = await client(port);
      await client(port);
      await until('both', () => host.texts.includes(`listening on ${String(port)}, 2 connections`));
      const closed = (await Promise.all([client(port), client(port)])).map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      await Promise.all(closed);
      expect(host.codes).to.deep.equal(['tcp-too-many-connections']);
      expect(host.problems[0]?.what).to.contain(`127.0.0.1:${String(port)} has 2 connections`);
      first.end();
      await host.untilStatus(`listening on ${String(port)}, 1 connection`, 2);
      (await client(port)).write('welcome\n');
      await until('its line', () => host.payloads.includes('welcome'));
    });

    it('ends a connection whose line is too long, after the lines before it; others go on', async () => {
      const { host, port } = await listening({ maxLineLength: 10 });
      const other = await client(port);
      other.write('fine');
      const socket = await client(port);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write(`short\n${'x'.repeat(25)}`);
      await closed;
      await until('the problem', () => host.problems.length > 0);
      other.write('!\n');
      await until('the other line', () => host.messages.length === 2);
      expect(host.payloads).to.deep.equal(['short', 'fine!']);
      expect(host.codes).to.deep.equal(['tcp-line-too-long']);
      expect(host.problems[0]?.what).to.contain('at least 25 bytes').and.contain('at most 10 are allowed');
    });

    it('bounds what all connections together hold of lines that have not ended: the longest goes', async () => {
      const { host, port } = await listening({ maxUnended: 100 });
      const long = await client(port);
      const short = await client(port);
      const closed = new Promise((resolve) => long.once('close', resolve));
      long.write('l'.repeat(80));
      await pass(20);
      short.write('s'.repeat(30));
      await closed;
      short.write('!\n');
      await until('the line', () => host.messages.length === 1);
      expect(host.payloads).to.deep.equal([`${'s'.repeat(30)}!`]);
      expect(host.codes).to.deep.equal(['tcp-line-too-long']);
      expect(host.problems[0]?.what).to.contain('110 bytes').and.contain('80 of them');
    });

    it('lets the sender wait while messages are being stored', async () => {
      const { host, port } = await listening();
      const storing: (() => void)[] = [];
      host.answer = () => new Promise((resolve) => storing.push(resolve));
      const socket = await client(port);
      const line = `${'x'.repeat(1023)}\n`;
      const total = 40_000;
      let accepted = 0;
      const fill = (): void => {
        while (accepted < total) {
          accepted++;
          if (!socket.write(line)) return;
        }
        socket.end();
      };
      socket.on('drain', fill);
      fill();
      await until('the first lines', () => host.messages.length > 0);
      await pass(60);
      // One piece has been taken; the rest is with the system or the sender.
      expect(storing).to.have.length(1);
      expect(host.messages.length).to.be.at.most(64);
      expect(accepted).to.be.below(total);
      host.answer = () => undefined;
      storing[0]?.();
      await until('all lines', () => host.messages.length === total);
    });

    it('tells of messages that were not taken, and ends their connection', async () => {
      const { host, port } = await listening();
      host.answer = () => Promise.reject(new Error('no room'));
      const socket = await client(port);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.write('a\nb\n');
      await closed;
      await until('the problem', () => host.problems.length > 0);
      expect(host.codes).to.deep.equal(['tcp-not-stored']);
      expect(host.problems[0]?.what).to.contain('2 lines could not be taken: no room');
    });

    it('drops a line that a broken connection cut off, and says that it broke', async () => {
      const { host, port } = await listening();
      const socket = await client(port);
      socket.write('whole\ncut o');
      await until('a line', () => host.messages.length === 1);
      socket.resetAndDestroy();
      await host.untilStatus(`listening on ${String(port)}, 0 connections`, 2);
      expect(host.payloads).to.deep.equal(['whole']);
      expect(host.codes).to.deep.equal(['tcp-disconnected']);
      expect(host.problems[0]?.what).to.contain('ECONNRESET');
    });

    it('waits for a port that is in use, and says whose fault it is, once', async () => {
      const { server, port } = await serverAt();
      const { source, host } = sourceOf({ port });
      source.start();
      await host.untilStatus('cannot listen, retrying');
      await pass(50);
      expect(host.codes).to.deep.equal(['tcp-cannot-listen']);
      expect(host.problems[0]?.what).to.contain(`127.0.0.1:${String(port)}`).and.contain('another program, or another receiver, listens on this port (EADDRINUSE)');
      server.close();
      await host.untilStatus(`listening on ${String(port)}, 0 connections`);
    });

    it('tells of an address that is not one of this machine, and of a port that cannot be', async () => {
      const elsewhere = sourceOf({ host: '192.0.2.1' });
      elsewhere.source.start();
      await until('a problem', () => elsewhere.host.problems.length > 0);
      expect(elsewhere.host.problems[0]?.what).to.contain('this machine has no such address (EADDRNOTAVAIL)');
      const odd = sourceOf({ port: 70_000 });
      odd.source.start();
      expect(odd.host.codes).to.deep.equal(['tcp-cannot-listen']);
      expect(odd.host.statuses.at(-1)?.state).to.equal('waiting');
    });

    it('ends all connections at once when it stops, and leaves the port', async () => {
      const { source, host, port } = await listening();
      const sockets = await Promise.all([client(port), client(port)]);
      host.answer = () => new Promise(() => undefined);
      sockets[0].write('never stored\n');
      sockets[1].write('not ended');
      await until('a line', () => host.messages.length === 1);
      const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      const told = host.statuses.length;
      await source.stop();
      await Promise.all(closed);
      (await serverAt(port)).server.close();
      expect(host.messages).to.have.length(1);
      expect([host.statuses.length, host.codes]).to.deep.equal([told, []]);
    });
  });

  describe('that connects', () => {
    it('receives lines, and connects again when the connection ends', async () => {
      const { sockets, port } = await serverAt();
      const { source, host } = sourceOf({ role: 'connect', port });
      source.start();
      await host.untilStatus('connected');
      sockets[0]?.end('one\ntwo');
      await host.untilStatus('connected', 2);
      await until('both connections', () => sockets.length === 2);
      sockets[1]?.write('three\n');
      await until('three lines', () => host.messages.length === 3);
      const topic = `127.0.0.1:${String(port)}`;
      expect(host.messages.map((message) => [String(message.payload), message.topic])).to.deep.equal([
        ['one', topic], ['two', topic], ['three', topic],
      ]);
      expect(host.statuses).to.deep.equal([
        { state: 'connecting', text: 'connecting' }, { state: 'running', text: 'connected' },
        { state: 'waiting', text: 'disconnected, retrying' }, { state: 'running', text: 'connected' },
      ]);
      // The other side may end a connection when it has sent all it has.
      expect(host.codes).to.deep.equal([]);
    });

    it('tells once that nothing listens, and goes on trying', async () => {
      const { server, port } = await serverAt();
      await new Promise((resolve) => server.close(resolve));
      const { source, host } = sourceOf({ role: 'connect', port });
      source.start();
      await host.untilStatus('disconnected, retrying');
      await pass(50);
      expect(host.codes).to.deep.equal(['tcp-unreachable']);
      expect(host.problems[0]?.what).to.equal(`No connection to 127.0.0.1:${String(port)}: nothing listens there (ECONNREFUSED).`);
      await serverAt(port);
      await host.untilStatus('connected');
    });

    it('waits longer and longer, up to half a minute, until lines come', async () => {
      const { server, port } = await serverAt();
      await new Promise((resolve) => server.close(resolve));
      const clock = new ManualClock();
      const host = new TestHost();
      const delays: number[] = [];
      const noting = {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        track: () => undefined,
        schedule: (delay: number, action: () => void) => {
          delays.push(delay);
          return clock.schedule(delay, action);
        },
      };
      const options = { role: 'connect', host: LOCAL, port, connectTimeout: 1e6 } as const;
      const source = new TcpSource(options, host, noting, () => 0.5);
      opened.push(() => source.stop());
      source.start();
      for (let attempt = 1; attempt <= 7; attempt++) {
        await until('a failure', () => delays.length === 2 * attempt);
        await clock.advance(30_000);
      }
      expect(delays.filter((delay) => delay !== 1e6)).to.deep.equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
      await source.stop();
      expect(clock.pendingTimers).to.equal(0);
    });

    it('gives up an attempt that takes too long', async () => {
      const { port } = await serverAt();
      const clock = new ManualClock();
      const host = new TestHost();
      const source = new TcpSource({ role: 'connect', host: LOCAL, port }, host, clock, () => 0.5);
      opened.push(() => source.stop());
      source.start();
      // The answer is under way, but nobody has looked yet.
      await clock.advance(10_000);
      await until('a problem', () => host.problems.length > 0);
      expect(host.problems[0]?.what).to.contain('nothing answered within 10000 ms');
      await clock.advance(1000);
      await host.untilStatus('connected');
      await source.stop();
      expect(clock.pendingTimers).to.equal(0);
    });

    it('stops while it connects, waits, or has not started', async () => {
      const { sockets, port } = await serverAt();
      const connecting = sourceOf({ role: 'connect', port });
      connecting.source.start();
      await connecting.source.stop();
      const waiting = sourceOf({ role: 'connect', port: 70_000 });
      waiting.source.start();
      expect(waiting.host.codes).to.deep.equal(['tcp-unreachable']);
      await waiting.source.stop();
      const before = sourceOf({ role: 'connect', port });
      await before.source.stop();
      before.source.start();
      await pass(40);
      expect(sockets.every(({ destroyed }) => destroyed)).to.equal(true);
      expect(before.host.statuses).to.deep.equal([]);
      expect(waiting.host.codes).to.have.length(1);
      expect(connecting.host.texts).to.deep.equal(['connecting']);
    });

    it('may be stopped by whoever is told of a failure', async () => {
      const { sockets, port } = await serverAt();
      const { source, host } = sourceOf({ role: 'connect', port });
      source.start();
      await host.untilStatus('connected');
      host.status = () => void source.stop();
      sockets[0]?.destroy();
      await pass(40);
      expect(sockets).to.have.length(1);
    });
  });
});
