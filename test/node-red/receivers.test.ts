import { appendFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { batcher, map, node, receiver, sink, tab } from '../support/flows';
import { freePort } from '../support/freePort';
import { type FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** A receiver with a source of its own, and what stands behind it. */
function drawing(properties: Record<string, unknown>, more: { readonly batcher?: Record<string, unknown>; readonly rest?: readonly FlowNode[] } = {}): FlowNode[] {
  const rest = more.rest ?? [];
  return [
    tab(),
    receiver('receiver', ['batcher'], properties),
    batcher('batcher', [rest[0]?.id ?? 'sink'], more.batcher),
    ...rest,
    sink('sink', ['collector'], { mode: 'record' }),
    node('collector', 'test-collector', []),
    node('catch', 'catch', [['caught']], { scope: null, uncaught: false }),
    node('caught', 'test-collector', []),
  ];
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly content: { readonly taken?: number; readonly error?: string };
}

describe('sources of receivers in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start({ settings: { httpNodeRoot: '/', httpNodeCors: { origin: '*', methods: 'POST' } } });
  });

  after(async () => {
    await nodeRed.stop();
  });

  beforeEach(async () => {
    await nodeRed.deploy([]);
    await nodeRed.forgetCollected('collector');
    await nodeRed.forgetCollected('caught');
  });

  async function post(path: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Answer> {
    const response = await fetch(`${nodeRed.url}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, retryAfter: response.headers.get('retry-after'), content: json ? (JSON.parse(text) as Answer['content']) : {} };
  }

  async function payloads(least: number): Promise<unknown[]> {
    return (await nodeRed.collected('collector', least)).map(({ message }) => message['payload']);
  }

  describe('an HTTP endpoint', () => {
    const endpoint = { source: 'http', httpPath: 'house/sensors' };

    it('takes JSON, text and lines, each as one record, with its topic', async () => {
      await nodeRed.deploy(drawing(endpoint));
      expect(await post('/house/sensors', '{"value":1}')).to.deep.include({ status: 202, content: { taken: 1 } });
      expect((await post('/house/sensors?topic=kitchen', '[1,2]')).status).to.equal(202);
      expect((await post('/house/sensors', '42', { 'content-type': 'text/plain' })).status).to.equal(202);
      expect((await post('/house/sensors', '3\n"4"\n', { 'content-type': 'application/x-ndjson' })).content.taken).to.equal(2);
      const messages = await nodeRed.collected('collector', 5);
      expect(messages.map(({ message }) => [message['topic'], message['payload']])).to.deep.equal([
        ['house/sensors', { value: 1 }], ['kitchen', [1, 2]], ['house/sensors', '42'], ['house/sensors', 3], ['house/sensors', '4'],
      ]);
    });

    it('puts 1,000 requests into the batches, each exactly once', async () => {
      await nodeRed.deploy(drawing(endpoint));
      const statuses = new Map<number, number>();
      let next = 0;
      const client = async (): Promise<void> => {
        for (let number = next++; number < 1000; number = next++) {
          const { status } = await post('/house/sensors', String(number));
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: 20 }, client));
      expect([...statuses]).to.deep.equal([[202, 1000]]);
      const numbers = (await payloads(1000)) as number[];
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 1000 }, (_, index) => index));
    });

    it('answers 400, 413, 404 to what it does not take', async () => {
      await nodeRed.deploy(drawing({ ...endpoint, bodyLimit: '2' }));
      const bad = await post('/house/sensors', '{"a":');
      expect(bad.status).to.equal(400);
      expect(bad.content.error).to.contain('not valid JSON');
      expect((await post('/house/sensors', JSON.stringify('x'.repeat(3000)))).status).to.equal(413);
      expect((await post('/house', '{}')).status).to.equal(404);
      expect((await fetch(`${nodeRed.url}/house/sensors`)).status).to.equal(404);
      expect((await post('/house/sensors', '1')).status).to.equal(202);
      expect(await payloads(1)).to.deep.equal([1]);
    });

    it('answers 429 with Retry-After when the buffer is full', async () => {
      await nodeRed.deploy(drawing(endpoint, { batcher: { interval: '3', intervalUnits: 's', bufferLimit: '5' } }));
      const lines = Array.from({ length: 20 }, (_, index) => String(index)).join('\n');
      const { status, retryAfter, content } = await post('/house/sensors', lines, { 'content-type': 'application/x-ndjson' });
      expect(status).to.equal(429);
      expect(Number(retryAfter)).to.equal(3);
      expect(content.taken).to.equal(5);
      expect(content.error).to.contain('15 of 20 messages were refused');
      expect(await payloads(5)).to.deep.equal([0, 1, 2, 3, 4]);
    });

    it('answers 503 while its graph does not run, and runs when it is mended', async () => {
      await nodeRed.deploy(drawing(endpoint, { rest: [map('map', ['sink'], 'return {;')] }));
      await nodeRed.status('map', /./);
      const { status, retryAfter, content } = await post('/house/sensors', '1');
      expect(status).to.equal(503);
      expect(Number(retryAfter)).to.be.within(1, 60);
      expect(content.error).to.contain('does not run');
      await nodeRed.deploy(drawing(endpoint, { rest: [map('map', ['sink'], 'return msg;')] }), 'nodes');
      expect((await post('/house/sensors', '2')).status).to.equal(202);
      expect(await payloads(1)).to.deep.equal([2]);
    });

    it("does not take a path of the editor's, which goes on working", async () => {
      await nodeRed.deploy(drawing({ source: 'http', httpPath: 'flows' }));
      await nodeRed.status('receiver', /editor has the path "flows"/);
      await nodeRed.deploy(drawing(endpoint));
      expect((await post('/house/sensors', '1')).status).to.equal(202);
    });

    it('moves with its path at a deploy, and is gone with its node', async () => {
      await nodeRed.deploy(drawing(endpoint));
      await nodeRed.deploy(drawing({ ...endpoint, httpPath: '/elsewhere/' }), 'nodes');
      expect((await post('/house/sensors', '{}')).status).to.equal(404);
      expect((await post('/elsewhere', '2')).status).to.equal(202);
      await nodeRed.deploy(drawing({ source: 'wire' }), 'nodes');
      expect((await post('/elsewhere', '{}')).status).to.equal(404);
      await nodeRed.deploy(drawing(endpoint), 'nodes');
      expect((await post('/house/sensors', '4')).status).to.equal(202);
      await nodeRed.deploy([tab()]);
      expect((await post('/house/sensors', '{}')).status).to.equal(404);
    });

    it('loses nothing while flows are deployed again and again', async function () {
      this.timeout(60_000);
      // A way of many turns from the sink to the end: each deploy finds messages on it.
      const way = Array.from({ length: 100 }, (_, place) =>
        node(`way-${String(place)}`, 'function', [[place === 99 ? 'collector' : `way-${String(place + 1)}`]], {
          func: 'return msg;', outputs: 1, libs: [],
        }));
      const withWay = (rest?: readonly FlowNode[]): FlowNode[] => [
        ...drawing(endpoint, rest === undefined ? {} : { rest }).filter(({ id }) => id !== 'sink'),
        sink('sink', ['way-0'], { mode: 'record' }),
        ...way,
      ];
      await nodeRed.deploy(withWay());
      let sending = true;
      const accepted: number[] = [];
      let next = 0;
      const client = async (): Promise<void> => {
        while (sending) {
          const number = next++;
          const { status } = await post('/house/sensors', String(number));
          expect(status).to.equal(202);
          accepted.push(number);
        }
      };
      const clients = Promise.all(Array.from({ length: 4 }, client));
      for (let deploy = 0; deploy < 5; deploy++) {
        const rest = [map('map', ['sink'], `/* ${String(deploy)} */ return msg;`)];
        await nodeRed.deploy(withWay(rest), deploy % 2 === 0 ? 'full' : 'nodes');
        await pause(150);
      }
      sending = false;
      await clients;
      expect(accepted.length).to.be.greaterThan(20);
      const numbers = (await payloads(accepted.length)) as number[];
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(accepted.sort((a, b) => a - b));
    });

    it('is a problem where another receiver or an http in node has the path, and leaves that node alone', async () => {
      const other = [receiver('other', ['other-sink'], { ...endpoint, httpPath: '/house/sensors' }), sink('other-sink', ['collector'])];
      await nodeRed.deploy([...drawing(endpoint), ...other]);
      expect((await nodeRed.status('receiver', /path/))?.fill).to.equal('red');
      expect((await nodeRed.status('other', /path/))?.fill).to.equal('red');
      expect((await post('/house/sensors', '{}')).status).to.equal(404);
      const httpIn = [
        node('in', 'http in', [['function']], { url: '/House/sensors', method: 'post', upload: false, swaggerDoc: '' }),
        node('function', 'function', [['response']], { func: 'msg.payload = { own: true }; msg.statusCode = 200; return msg;', outputs: 1, libs: [] }),
        node('response', 'http response', [], { statusCode: '', headers: {} }),
      ];
      await nodeRed.deploy([...drawing(endpoint), ...httpIn]);
      expect((await nodeRed.status('receiver', /http in/))?.fill).to.equal('red');
      expect(await post('/house/sensors', '{}')).to.deep.include({ status: 200, content: { own: true } });
    });

    it('applies httpNodeCors', async () => {
      await nodeRed.deploy(drawing(endpoint));
      const headers = { origin: 'http://example.org', 'content-type': 'application/json' };
      const response = await fetch(`${nodeRed.url}/house/sensors`, { method: 'POST', headers, body: '1' });
      expect([response.status, response.headers.get('access-control-allow-origin')]).to.deep.equal([202, '*']);
    });
  });

  describe('a folder', () => {
    it('gives the lines of files that are moved in, with the name of the file as topic', async () => {
      const folder = join(nodeRed.userDirectory, 'incoming');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'old.csv'), 'not read\n');
      await nodeRed.deploy(drawing({ source: 'folder', folder: 'incoming', pattern: '*.csv', split: 'lines', format: 'text' }));
      await pause(1500);
      await writeFile(join(folder, 'new.tmp'), 'a;1\nb;2\n');
      await rename(join(folder, 'new.tmp'), join(folder, 'new.csv'));
      const messages = await nodeRed.collected('collector', 2);
      expect(messages.map(({ message }) => [message['topic'], message['payload']])).to.deep.equal([['new.csv', 'a;1'], ['new.csv', 'b;2']]);
    });

    it('says that it is not there, and goes on when it comes', async () => {
      const folder = join(nodeRed.userDirectory, 'later');
      await nodeRed.deploy(drawing({ source: 'folder', folder, split: 'whole', format: 'json' }));
      expect((await nodeRed.status('receiver', /no such folder/))?.fill).to.equal('red');
      const [caught] = await nodeRed.collected('caught', 1);
      expect(JSON.stringify(caught?.message)).to.contain('Make the folder');
      await mkdir(folder);
      await writeFile(join(folder, 'a.json'), '{"a":');
      await appendFile(join(folder, 'a.json'), '1}');
      expect(await payloads(1)).to.deep.equal([{ a: 1 }]);
    });
  });

  describe('TCP', () => {
    it('listens for lines on the port and address that it is given, and lets go of them', async () => {
      const port = await freePort();
      await nodeRed.deploy(drawing({ source: 'tcp', tcpRole: 'listen', port: String(port) }));
      await nodeRed.status('receiver', /./);
      const send = (text: string): Promise<void> =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => socket.end(text));
          socket.on('error', reject).on('close', () => {
            resolve();
          });
        });
      await until('it listens', () => send('').then(() => true, () => false));
      await send('{"a":1}\n2\r\nthree\n');
      expect(await payloads(3)).to.deep.equal([{ a: 1 }, 2, 'three']);
      await nodeRed.deploy(drawing({ source: 'wire' }), 'nodes');
      await until('it has let go', () => send('').then(() => false, () => true));
    });
  });
});

describe('HTTP endpoints and the settings of Node-RED', () => {
  it('stand behind httpNodeAuth and below httpNodeRoot', async () => {
    const nodeRed = await NodeRed.start({
      flows: drawing({ source: 'http', httpPath: 'sensors' }),
      settings: {
        httpNodeRoot: '/flows',
        // The password is "geheim".
        httpNodeAuth: { user: 'sensor', pass: '$2b$04$xS3lVtUf7DcRH54FdduN9ugPIuKfZ0usu5E50oyTJYBIrlSFcNm.e' },
      },
    });
    try {
      const post = (path: string, login?: string): Promise<number> =>
        fetch(nodeRed.url + path, {
          method: 'POST',
          headers: login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
          body: '1',
        }).then(({ status }) => status);
      expect(await post('/flows/sensors')).to.equal(401);
      expect(await post('/flows/sensors', 'sensor:wrong')).to.equal(401);
      expect(await post('/flows/sensors', 'sensor:geheim')).to.equal(202);
      expect(await post('/sensors', 'sensor:geheim')).to.equal(404);
      expect((await nodeRed.collected('collector', 1)).map(({ message }) => message['payload'])).to.deep.equal(['1']);
    } finally {
      await nodeRed.stop();
    }
  });

  it('are a problem where flows have no web server', async () => {
    const nodeRed = await NodeRed.start({ flows: drawing({ source: 'http', httpPath: 'sensors' }), settings: { httpNodeRoot: false } });
    try {
      expect((await nodeRed.status('receiver', /no web server/))?.fill).to.equal('red');
    } finally {
      await nodeRed.stop();
    }
  });
});
