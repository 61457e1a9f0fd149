import net from 'node:net';
import { expect } from 'chai';
import { NodeNetwork } from '../../../src/ports/node/NodeNetwork';
import { rejectionOf } from '../../streaming/program';

describe('NodeNetwork', () => {
  const network = new NodeNetwork();
  let server: net.Server;
  let sockets: net.Socket[] = [];
  let port = 0;

  beforeEach(async () => {
    sockets = [];
    server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      sockets.push(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as net.AddressInfo);
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });

  /** A connection, and the other side of it. */
  async function connected(): Promise<{ connection: ReturnType<NodeNetwork['connect']>; other: net.Socket }> {
    const other = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
    const connection = network.connect('127.0.0.1', port);
    await connection.opened;
    return { connection, other: await other };
  }

  async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return Buffer.concat(all).toString('utf8');
  }

  it('brings all bytes until the other side has sent all', async () => {
    const { connection, other } = await connected();
    other.write('one ');
    other.end('two');
    expect(await textOf(connection.pieces)).to.equal('one two');
  });

  it('rejects with the code of the system where nothing listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await rejectionOf(network.connect('127.0.0.1', port).opened)).to.have.property('code', 'ECONNREFUSED');
  });

  it('throws where the connection breaks', async () => {
    const { connection, other } = await connected();
    const reading = textOf(connection.pieces);
    other.resetAndDestroy();
    expect(await rejectionOf(reading)).to.have.property('code', 'ECONNRESET');
  });

  it('is closed at once, while it is made and while it is read', async () => {
    const early = network.connect('127.0.0.1', port);
    early.close();
    expect((await rejectionOf(early.opened)).message).to.contain('closed');
    const { connection, other } = await connected();
    const reading = textOf(connection.pieces);
    const ended = new Promise((resolve) => other.once('close', resolve));
    other.resume();
    connection.close();
    expect(await rejectionOf(reading)).to.be.instanceOf(Error);
    await ended;
  });
});
