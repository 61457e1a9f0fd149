import net from 'node:net';
import { expect } from 'chai';
import {
  type Connection, IllegalArgumentError, IllegalStateError, ManualClock, type Network, StreamingContext,
} from '../../../src/streaming';
import { until } from '../../sources/mqtt/until';
import { type Program, program, recorded } from '../program';

/** A connection that the test plays the other side of. */
class PlayedConnection implements Connection {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;
  refuse: (error: Error) => void = () => undefined;
  closed = false;
  readonly #pieces: Uint8Array[] = [];
  #end: Error | 'end' | undefined;
  #wake: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve, reject) => {
      this.open = resolve;
      this.refuse = reject;
    });
    this.opened.catch(() => undefined);
  }

  send(bytes: Uint8Array | string): void {
    this.#pieces.push(Buffer.from(bytes));
    this.#wake();
  }

  end(how: Error | 'end' = 'end'): void {
    this.#end ??= how;
    this.#wake();
  }

  get pieces(): AsyncIterable<Uint8Array> {
    return this.#all();
  }

  async *#all(): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let piece = this.#pieces.shift(); piece !== undefined; piece = this.#pieces.shift()) yield piece;
      if (this.#end === 'end') return;
      if (this.#end !== undefined) throw this.#end;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.closed = true;
    this.refuse(new Error('closed'));
    this.end(new Error('closed'));
  }
}

class PlayedNetwork implements Network {
  readonly connections: PlayedConnection[] = [];
  readonly addresses: [string, number][] = [];

  connect(host: string, port: number): Connection {
    this.addresses.push([host, port]);
    const connection = new PlayedConnection();
    this.connections.push(connection);
    return connection;
  }

  /** The connection made last. */
  get last(): PlayedConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('Nothing connected.');
    return last;
  }
}

/** Lets everything run that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function overNetwork(): Program & { network: PlayedNetwork; told: (string | undefined)[] } {
  const network = new PlayedNetwork();
  const made = program({ network });
  const told: (string | undefined)[] = [];
  made.ssc.addStreamingListener({ onReceiverError: ({ receiverInfo }) => told.push(receiverInfo.lastErrorMessage) });
  return { ...made, network, told };
}

describe('socketTextStream', () => {
  it('receives lines of UTF-8, wherever the pieces are cut, and connects again 2 s after the end', async () => {
    const { ssc, clock, network, told } = overNetwork();
    const outputs = recorded(ssc.socketTextStream('sensors', 9999));
    await ssc.start();
    network.last.open();
    for (const byte of Buffer.from('21 °C\r\n🌡\n\nla')) network.last.send(Uint8Array.of(byte));
    await turn();
    await clock.advance(1000);
    network.last.send('st');
    network.last.end();
    await clock.advance(500);
    expect(told).to.deep.equal(['sensors:9999 has ended the connection after all it had to send; it is made again']);
    await clock.advance(1499);
    expect(network.connections).to.have.length(1);
    await clock.advance(1);
    expect(network.addresses).to.deep.equal([['sensors', 9999], ['sensors', 9999]]);
    network.last.open();
    network.last.send('again\n');
    await clock.advance(1000);
    await ssc.stop();
    expect(network.connections.map(({ closed }) => closed)).to.deep.equal([true, true]);
    expect(outputs).to.deep.equal([[1000, ['21 °C', '🌡', '']], [2000, ['last']], [3000, []], [4000, ['again']]]);
    expect(clock.pendingTimers).to.equal(0);
    // A stop is no error.
    expect(told).to.have.length(1);
  });

  it('says in plain words why there is no connection, and tries again', async () => {
    const { ssc, clock, network, told } = overNetwork();
    recorded(ssc.socketTextStream('::1', 7));
    await ssc.start();
    network.last.refuse(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    await clock.advance(2000);
    network.last.refuse(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
    await clock.advance(2000);
    network.last.open();
    network.last.end(Object.assign(new Error('read'), { code: 'ECONNRESET' }));
    await clock.advance(0);
    await ssc.stop();
    const advice = 'start the program that listens there, or correct host and port';
    expect(told).to.deep.equal([
      `No connection to [::1]:7; ${advice}: nothing listens there (ECONNREFUSED)`,
      `No connection to [::1]:7; ${advice}: no machine of this name is known (ENOTFOUND)`,
      'Receiving from [::1]:7 failed; the connection is made again: the other side broke the connection off (ECONNRESET)',
    ]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('refuses a line that is too long, after the lines before it, and goes on with a new connection', async () => {
    const { ssc, clock, network, told } = overNetwork();
    const outputs = recorded(ssc.socketTextStream('h', 1, { maxLineLength: 5 }));
    await ssc.start();
    network.last.open();
    network.last.send('a\n12345\n1234567\nlost\n');
    await clock.advance(2000);
    network.last.open();
    network.last.send('b\n');
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, ['a', '12345']], [2000, []], [3000, ['b']]]);
    expect(told).to.deep.equal([
      'Receiving from h:1 failed; the connection is made again, from the next line it sends: ' +
        'A line of at least 7 bytes came, and at most 5 are allowed.',
    ]);
  });

  it('allows 1 MiB in a line when nothing else is said', async () => {
    const { ssc, clock, network, told } = overNetwork();
    const outputs = recorded(ssc.socketTextStream('h', 1).map((line) => line.length));
    await ssc.start();
    network.last.open();
    network.last.send(`${'a'.repeat(2 ** 20)}\n`);
    network.last.send('b'.repeat(2 ** 20 + 2));
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [2 ** 20]]]);
    expect(told[0]).to.contain('1048578 bytes').and.contain('at most 1048576');
  });

  it('closes a connection that is still being made when it stops', async () => {
    const { ssc, clock, network, told } = overNetwork();
    recorded(ssc.socketTextStream('h', 1));
    await ssc.start();
    await ssc.stop();
    expect(network.last.closed).to.equal(true);
    expect([told, clock.pendingTimers]).to.deep.equal([[], 0]);
  });

  const wrong: [what: string, host: string, port: number, message: string][] = [
    ['an empty host', '', 1, 'host'],
    ['port 0', 'h', 0, 'port of h is 0'],
    ['port 65536', 'h', 65_536, '65536'],
    ['no port', 'h', undefined as unknown as number, 'undefined'],
  ];
  for (const [what, host, port, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => overNetwork().ssc.socketTextStream(host, port)).to.throw(IllegalArgumentError, message);
    });
  }

  it('refuses a line length of 0, and to work without a network', () => {
    expect(() => overNetwork().ssc.socketTextStream('h', 1, { maxLineLength: 0 })).to.throw(IllegalArgumentError, 'maxLineLength is 0');
    expect(() => program().ssc.socketTextStream('h', 1)).to.throw(IllegalStateError, 'network');
  });

  it('works with real sockets, and leaves none behind', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const clock = new ManualClock();
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const lines: string[] = [];
    ssc.socketTextStream('127.0.0.1', port).foreachRDD(async (rdd) => {
      lines.push(...(await rdd.collect()));
    });
    await ssc.start();
    await until('a connection', () => sockets.length === 1);
    sockets[0]?.write('one\ntwo');
    await until('the lines', () => {
      void clock.advance(1000);
      return lines.length === 1;
    });
    sockets[0]?.destroy();
    // The restart is driven by the clock, too.
    await until('another connection', () => {
      void clock.advance(1000);
      return sockets.length === 2;
    });
    sockets[1]?.write('three\n');
    await until('its line', () => {
      void clock.advance(1000);
      return lines.includes('three');
    });
    const closed = new Promise((resolve) => sockets[1]?.once('close', resolve));
    await ssc.stop();
    await closed;
    await new Promise((resolve) => server.close(resolve));
    expect(lines.filter((line) => line !== 'two')).to.deep.equal(['one', 'three']);
    expect(clock.pendingTimers).to.equal(0);
  });
});

describe('socketStream', () => {
  it('refuses a converter that is no function', () => {
    const converter = undefined as unknown as () => AsyncIterable<string>;
    expect(() => overNetwork().ssc.socketStream('h', 1, converter)).to.throw(IllegalArgumentError, 'socketTextStream');
  });

  it('gives what the converter makes of the bytes, connection by connection', async () => {
    const { ssc, clock, network, told } = overNetwork();
    async function* numbers(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<number> {
      for await (const piece of pieces) for (const byte of piece) {
        if (byte === 0) throw new Error('zero');
        yield byte;
      }
    }
    const outputs = recorded(ssc.socketStream('h', 1, numbers));
    await ssc.start();
    network.last.open();
    network.last.send(Uint8Array.of(1, 2, 0, 3));
    await clock.advance(2000);
    network.last.open();
    network.last.send(Uint8Array.of(4));
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[1000, [1, 2]], [2000, []], [3000, [4]]]);
    expect(told).to.deep.equal(['Receiving from h:1 failed; the connection is made again: zero']);
  });
});
