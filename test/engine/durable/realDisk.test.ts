import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { NODE_STORAGE, type Storage } from '../../../src/engine/durable/Storage';
import { GraphRunner } from '../../../src/engine/GraphRunner';
import type { Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import type { AppendFile, Disk } from '../../../src/ports/Disk';
import { NodeDisk } from '../../../src/ports/node/NodeDisk';
import { SystemClock } from '../../../src/ports/node/SystemClock';
import { until } from '../../support/until';
import { OPTIONS, receiver, sink } from '../plans';
import { checkpoint, durablePlan } from './World';

/** The machine's files, whose fsync fails when it is told to. */
class FailingStorage implements Storage {
  isFailing = false;
  readonly owner = NODE_STORAGE.owner;
  readonly isGone = NODE_STORAGE.isGone;
  readonly turn = NODE_STORAGE.turn;

  disk(folder: string): Disk {
    return new FailingDisk(folder, this);
  }
}

class FailingDisk extends NodeDisk {
  readonly #storage: FailingStorage;

  constructor(folder: string, storage: FailingStorage) {
    super(folder);
    this.#storage = storage;
  }

  override async create(path: string): Promise<AppendFile> {
    const file = await super.create(path);
    return {
      append: (bytes) => file.append(bytes),
      fsync: () => this.#storage.isFailing ? Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })) : file.fsync(),
      close: () => file.close(),
    };
  }
}

describe('a graph with a checkpoint on a real disk', () => {
  let folder: string;
  let storage: FailingStorage;
  let failures: Problem[];
  let payloads: unknown[];
  let runners: GraphRunner[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-real-'));
    storage = new FailingStorage();
    failures = [];
    payloads = [];
    runners = [];
  });

  afterEach(async () => {
    for (const runner of runners) await runner.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const planAt = (path: string): Plan => durablePlan([receiver(), checkpoint('keeper', 'in', { path, interval: 100 }), sink('out', 'keeper')], 50);

  async function start(path = folder): Promise<GraphRunner> {
    const runner = new GraphRunner(new SystemClock(), {
      batch: () => undefined,
      output: ({ records }) => {
        payloads.push(...records.map(({ payload }) => payload));
        return undefined;
      },
      problem: () => undefined,
      progress: () => undefined,
      log: () => undefined,
      described: () => undefined,
      failed: (problem) => failures.push(problem),
    }, undefined, storage);
    runners.push(runner);
    await runner.start(planAt(path), OPTIONS);
    return runner;
  }

  const offer = (runner: GraphRunner, ...numbers: number[]): Promise<number> =>
    runner.offer('in', numbers.map((payload) => ({ payload, topic: 'a' })));

  /** Whether records were acknowledged. */
  const isTaken = (runner: GraphRunner, ...numbers: number[]): Promise<boolean> =>
    offer(runner, ...numbers).then((count) => count > 0, () => false);

  it('ends when an fsync fails, acknowledges nothing from then on, and has all it acknowledged when it starts again', async () => {
    const first = await start();
    expect(await offer(first, 1, 2)).to.equal(2);
    await until('the batch', () => payloads.length === 2);
    storage.isFailing = true;
    expect(await isTaken(first, 3)).to.equal(false);
    await until('the failure', () => failures.length > 0);
    expect(failures[0]).to.include({ nodeId: 'keeper', code: 'log-failed' });
    expect(failures[0]?.what).to.include('EIO');
    storage.isFailing = false;
    // Whatever an fsync says that comes after one that failed, it is not believed.
    expect(await isTaken(first, 4)).to.equal(false);
    await first.stop();
    const second = await start();
    expect(await offer(second, 5)).to.equal(1);
    await until('what comes then', () => payloads.includes(5));
    // What was not acknowledged may be there or not.
    expect(payloads.filter((payload) => payload !== 3)).to.deep.equal([1, 2, 5]);
  });

  it('ends when its folder is taken away while it runs, acknowledges nothing from then on, and begins anew in a new one', async () => {
    const first = await start();
    expect(await offer(first, 1)).to.equal(1);
    await until('the batch', () => payloads.length === 1);
    await rm(join(folder, 'keeper'), { recursive: true });
    expect(await isTaken(first, 2)).to.equal(false);
    await until('the failure', () => failures.length > 0);
    expect(failures[0]?.nodeId).to.equal('keeper');
    expect(failures[0]?.what).to.include(folder);
    await first.stop();
    const second = await start();
    expect(await offer(second, 3)).to.equal(1);
    await until('what comes then', () => payloads.includes(3));
    expect(await readdir(folder)).to.deep.equal(['keeper']);
  });

  it('does not start where its folder cannot be, and names it with the reason', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const thrown: unknown = await start(file).catch((error: unknown) => error);
    const { problem } = thrown as { readonly problem: Problem };
    expect(problem).to.include({ nodeId: 'keeper', code: 'checkpoint-folder-unusable' });
    expect(problem.what).to.include(file);
    expect(problem.what).to.match(/is a file|EEXIST|ENOTDIR/);
  });
});
