import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type QueuedBatch, Receiver, StreamingContext, type ManualClock } from '../../../src/streaming';
import { collected, context } from './harness';

/** Moves the clock on, batch by batch, until something from outside has come; fails after four seconds. */
async function advanceUntil(clock: ManualClock, isThere: () => boolean): Promise<void> {
  const end = performance.now() + 4000;
  while (!isThere()) {
    if (performance.now() > end) throw new Error('It did not come.');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(1000);
  }
}

/** A server that sends the same text to everybody. */
async function serving(text: string, test: (port: number) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await test((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('Spark: InputStreamsSuite', () => {
  it('socket input stream', async () => {
    await serving('1\n2\n3\nä€\n', async (port) => {
      const { ssc, clock } = context();
      const outputs = collected(ssc.socketTextStream('127.0.0.1', port));
      let records = 0;
      ssc.addStreamingListener({ onBatchCompleted: ({ batchInfo }) => (records += batchInfo.numRecords) });
      await ssc.start();
      await advanceUntil(clock, () => outputs.flat().length === 4);
      await ssc.stop();
      expect(outputs.flat()).to.deep.equal(['1', '2', '3', 'ä€']);
      expect(records).to.equal(4);
    });
  });

  it('socket input stream - no block in a batch: an empty RDD, and the batch runs', async () => {
    await serving('', async (port) => {
      const { ssc, clock } = context();
      const outputs = collected(ssc.socketTextStream('127.0.0.1', port));
      await ssc.start();
      await clock.advance(3000);
      await ssc.stop();
      expect(outputs).to.deep.equal([[], [], []]);
    });
  });

  describe('files', () => {
    let folder = '';

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'dstream-spark-'));
    });

    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    async function put(name: string, content: string | Uint8Array, modified: number): Promise<void> {
      await writeFile(join(folder, name), content);
      await utimes(join(folder, name), modified / 1000, modified / 1000);
    }

    it('binary records stream', async () => {
      const { ssc, clock } = context();
      const outputs = collected(ssc.binaryRecordsStream(folder, 1).map((bytes) => [...bytes]));
      await ssc.start();
      for (let n = 0; n < 3; n++) {
        await put(String(n), Uint8Array.of(n), clock.now() + 500);
        await clock.advance(1000);
      }
      await ssc.stop();
      expect(outputs).to.deep.equal([[[0]], [[1]], [[2]]]);
    });

    for (const newFilesOnly of [true, false]) {
      it(`file input stream - newFilesOnly = ${String(newFilesOnly)}`, async () => {
        await put('0', '0\n', 500);
        const { ssc, clock } = context();
        await clock.advance(1000);
        const outputs = collected(ssc.textFileStream(folder, { newFilesOnly }));
        await ssc.start();
        for (let n = 1; n < 4; n++) {
          await put(String(n), `${String(n)}\n`, clock.now() + 500);
          await clock.advance(1000);
        }
        await ssc.stop();
        expect(outputs.flat()).to.deep.equal(newFilesOnly ? ['1', '2', '3'] : ['0', '1', '2', '3']);
      });
    }

    it('file input stream - wildcard, and a folder that is renamed into place', async () => {
      await mkdir(join(folder, 'sub1'));
      const { ssc, clock } = context();
      const outputs = collected(ssc.textFileStream(`${folder}/sub*`));
      await ssc.start();
      await put('sub1/one', '1\n', 500);
      await clock.advance(1000);
      await mkdir(join(folder, 'made'));
      await put('made/two', '2\n', 1500);
      await put('made/old', 'old\n', 0);
      await rename(join(folder, 'made'), join(folder, 'sub2'));
      await clock.advance(1000);
      await ssc.stop();
      expect(outputs).to.deep.equal([['1'], ['2']]);
    });

    it('a filter; and by default no hidden files', async () => {
      const { ssc, clock } = context();
      const visible = collected(ssc.textFileStream(folder));
      const chosen = collected(ssc.fileStream(folder, { filter: (path) => path.endsWith('b') }));
      await ssc.start();
      await put('.hidden', 'h\n', 500);
      await put('a', 'a\n', 500);
      await put('b', 'b\n', 500);
      await clock.advance(1000);
      await ssc.stop();
      expect(visible).to.deep.equal([['a', 'b']]);
      expect(chosen).to.deep.equal([['b']]);
    });
  });

  it('multi-thread receiver: everything that several sources store at once arrives', async () => {
    class Several extends Receiver<number> {
      override onStart(): void {
        for (let source = 0; source < 5; source++) {
          for (let n = 0; n < 1000; n++) queueMicrotask(() => { this.store(source * 1000 + n); });
        }
      }

      override onStop(): void {
        // Nothing was opened.
      }
    }
    const { ssc, clock } = context();
    const outputs = collected(ssc.receiverStream(new Several()));
    await ssc.start();
    await clock.advance(2000);
    await ssc.stop();
    expect(outputs.flat().sort((one, other) => one - other)).to.deep.equal(Array.from({ length: 5000 }, (_, n) => n));
  });

  it('queue input stream - oneAtATime = true', async () => {
    const { ssc, clock } = context();
    const queue: QueuedBatch<string>[] = [];
    const outputs = collected(ssc.queueStream(queue, { oneAtATime: true }));
    await ssc.start();
    // Several at once, then one, then none.
    queue.push(['1'], ['2']);
    await clock.advance(1000);
    queue.push(ssc.parallelize(['3']));
    await clock.advance(3000);
    await ssc.stop();
    expect(outputs).to.deep.equal([['1'], ['2'], ['3'], []]);
  });

  it('queue input stream - oneAtATime = false', async () => {
    const { ssc, clock } = context();
    const queue: QueuedBatch<string>[] = [];
    const outputs = collected(ssc.queueStream(queue, { oneAtATime: false }));
    await ssc.start();
    await clock.advance(1000);
    queue.push(['1', '2'], ['3']);
    await clock.advance(1000);
    queue.push(['4']);
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[], ['1', '2', '3'], ['4']]);
  });

  it('queue input stream - default RDD, and null for none', async () => {
    const { ssc, clock } = context();
    const given = collected(ssc.queueStream([[1]], { oneAtATime: true, defaultRDD: ssc.parallelize([7]) }));
    const array = collected(ssc.queueStream([[1]], { defaultRDD: [8] }));
    const none = collected(ssc.queueStream([[1]], { defaultRDD: null }));
    await ssc.start();
    await clock.advance(3000);
    await ssc.stop();
    expect(given).to.deep.equal([[1], [7], [7]]);
    expect(array).to.deep.equal([[1], [8], [8]]);
    expect(none).to.deep.equal([[1]]);
  });

  it('null entries have no RDD, also among others that are taken at once', async () => {
    const { ssc, clock } = context();
    const single = collected(ssc.queueStream([null, [1], null]));
    const all = collected(ssc.queueStream([[1], null, [2]], { oneAtATime: false }));
    await ssc.start();
    await clock.advance(4000);
    await ssc.stop();
    expect(single).to.deep.equal([[1], []]);
    expect(all).to.deep.equal([[1, 2], [], [], []]);
  });

  it('the number of records of each input is in the batch figures, under the ids 0, 1, 2 in order of creation', async () => {
    class Silent extends Receiver<number> {
      override onStart(): void {
        this.store(1);
      }

      override onStop(): void {
        // Nothing was opened.
      }
    }
    const { ssc, clock } = context();
    const receiver = new Silent();
    const streams = [ssc.queueStream([['a', 'b']]), ssc.receiverStream(receiver), ssc.queueStream([[1, 2, 3]])];
    for (const stream of streams) stream.foreachRDD(() => undefined);
    const seen: [number, number][][] = [];
    ssc.addStreamingListener({
      onBatchCompleted: ({ batchInfo }) => {
        seen.push([...batchInfo.streamIdToInputInfo].map(([id, info]) => [id, info.numRecords]));
      },
    });
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(seen).to.deep.equal([[[0, 2], [1, 1], [2, 3]]]);
    expect(receiver.streamId).to.equal(1);
  });

  it('an input stream that nobody uses does no harm', async () => {
    const { ssc, clock } = context();
    ssc.queueStream([[1]]);
    const outputs = collected(ssc.queueStream([[2]]));
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(outputs).to.deep.equal([[2]]);
    expect(ssc).to.be.instanceOf(StreamingContext);
  });
});
