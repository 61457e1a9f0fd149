import { expect } from 'chai';
import { aggregate, map, OPTIONS, receiver, reduceByKey, sink } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const numbers = (from: number, count: number): { payload: number; topic: string }[] =>
  Array.from({ length: count }, (_, index) => ({ payload: from + index, topic: 'a' }));

const range = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, index) => from + index);

describe('a graph with a checkpoint under pressure', () => {
  const small = durablePlan([receiver({ bufferLimit: 10 }), checkpoint('keeper', 'in'), sink('out', 'keeper')]);

  it('keeps what memory has no room for in the log, and reads it back in order', async () => {
    const world = new World();
    await world.start(small);
    expect(await world.offer(numbers(0, 7))).to.equal(7);
    expect(await world.offer(numbers(7, 20))).to.equal(20);
    expect(await world.offer(numbers(27, 3))).to.equal(3);
    for (let batch = 0; batch < 6; batch++) await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal(range(0, 30));
  });

  it('finds it again after a crash', async () => {
    const world = new World();
    await world.start(small);
    await world.offer(numbers(0, 25));
    await world.clock.advance(1000);
    await world.offer(numbers(25, 25));
    world.kill('power');
    await world.start(small);
    await world.offer(numbers(50, 5));
    for (let batch = 0; batch < 8; batch++) await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal(range(0, 55));
  });

  it('refuses records when the log has reached its limit, and takes them again when checkpoints have made room', async () => {
    const world = new World();
    // Nothing is made room for before the first checkpoints.
    await world.start(durablePlan([receiver(), checkpoint('keeper', 'in', { logLimit: 2000, interval: 3000 }), sink('out', 'keeper')]));
    const taken: number[] = [];
    const offer = async (): Promise<number> => {
      const first = taken.length;
      const accepted = await world.offer(numbers(first, 10));
      taken.push(...range(first, first + accepted));
      return accepted;
    };
    let refused = 0;
    for (let turn = 0; turn < 20; turn++) refused += 10 - await offer();
    expect(refused).to.be.above(0);
    await world.clock.advance(1000);
    expect(world.problems.map(({ code }) => code)).to.include('log-full').and.not.to.include('buffer-full');
    expect(world.durability).to.include({ state: 'full', text: 'the log has reached its limit' });
    for (let batch = 0; batch < 10; batch++) await world.clock.advance(1000);
    expect(world.durability).to.include({ state: 'running' });
    const before = taken.length;
    for (let batch = 0; batch < 30; batch++) {
      await offer();
      await world.clock.advance(1000);
    }
    // Checkpoints come each second only while the limit is reached, so some were refused again.
    expect(taken.length - before).to.be.above(150);
    expect([...world.once('out').values()].flat()).to.deep.equal(taken);
    expect(world.durability?.logBytes).to.be.below(4000);
  });

  it('logs what comes at once in as many entries as it needs', async () => {
    const world = new World();
    await world.start(durablePlan([receiver(), checkpoint('keeper', 'in'), map('length', 'keeper', 'return msg.payload.length;'), sink('out', 'length')]));
    const payload = 'x'.repeat(10 * 1024 * 1024);
    expect(await world.offer(Array.from({ length: 7 }, () => ({ payload, topic: 'a' })))).to.equal(7);
    world.kill('power');
    await world.start(durablePlan([receiver(), checkpoint('keeper', 'in'), map('length', 'keeper', 'return msg.payload.length;'), sink('out', 'length')]));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal(Array.from({ length: 7 }, () => payload.length));
  });

  it('ends although the disk is full and a batch waits for it, and goes on with it later', async () => {
    const world = new World();
    await world.start(small);
    await world.offer(numbers(0, 3));
    world.disk.capacity = 0;
    const advanced = world.clock.advance(1000);
    for (let turn = 0; turn < 500; turn++) await Promise.resolve();
    expect(world.durability).to.include({ state: 'full' });
    expect(await world.stop()).to.equal(0);
    await advanced;
    world.kill();
    world.disk.capacity = Infinity;
    await world.start(small);
    await world.clock.advance(2000);
    expect([...world.once('out').values()].flat()).to.deep.equal([0, 1, 2]);
    expect(world.failures).to.deep.equal([]);
  });

  for (const isRunning of [false, true]) {
    it(`lets go of its folder although ${isRunning ? 'a' : 'the last'} checkpoint takes longer than anybody waits`, async () => {
      const world = new World();
      const interval = isRunning ? 1 : 1e9;
      const beat = async (): Promise<string> => Buffer.from(await world.disk.connect().read('lease/000001.beat', 0, 100)).toString();
      await world.start(durablePlan([
        receiver(), checkpoint('keeper', 'in', { interval }), reduceByKey('sum', 'keeper', [aggregate('sum', 'payload')]), sink('out', 'sum'),
      ]));
      await world.offer(numbers(0, 3));
      await world.clock.advance(1000);
      world.turn = () => world.clock.sleep(20_000);
      await world.clock.advance(1000);
      let isStopped = false;
      const stopped = world.stop().then(() => {
        isStopped = true;
      });
      await world.clock.advance(3000);
      expect(isStopped).to.equal(true);
      expect(await beat()).to.not.equal('released');
      await world.clock.advance(100_000);
      await stopped;
      // The files are closed one after the other, without a timer in between.
      await world.clock.advance(0);
      expect(await beat()).to.equal('released');
    });
  }

  it('waits for room on the disk when it starts, and begins by itself', async () => {
    const world = new World();
    await world.start(small);
    await world.offer(numbers(0, 3));
    world.kill();
    world.disk.capacity = 0;
    const started = world.start(small);
    await world.clock.advance(3000);
    expect(world.durability).to.include({ state: 'full', text: 'the disk is full' });
    world.disk.capacity = Infinity;
    await world.clock.advance(20_000);
    await started;
    await world.clock.advance(2000);
    expect([...world.once('out').values()].flat()).to.deep.equal([0, 1, 2]);
  });

  it('waits for room on the disk with a deploy', async () => {
    const world = new World();
    await world.start(small);
    world.disk.capacity = 0;
    const updated = world.runner.update({ ...small, operators: [...small.operators, sink('other', 'keeper')] }, OPTIONS);
    await world.clock.advance(3000);
    expect(world.durability).to.include({ state: 'full', text: 'the disk is full' });
    world.disk.capacity = Infinity;
    await world.clock.advance(3000);
    expect((await updated).kept).to.include('in');
    await world.offer(numbers(0, 1));
    await world.clock.advance(2000);
    expect(world.outputs.map(({ operator }) => operator)).to.have.members(['out', 'other']);
    expect(world.durability).to.include({ state: 'running' });
  });

  it('acknowledges nothing while the disk is full, says so, and goes on by itself', async () => {
    const world = new World();
    await world.start({ ...small, batchInterval: 5000 });
    world.disk.capacity = 0;
    let isTaken = false;
    const offered = world.offer(numbers(0, 1)).then((count) => {
      isTaken = true;
      return count;
    });
    for (let turn = 0; turn < 200; turn++) await Promise.resolve();
    expect(isTaken).to.equal(false);
    expect(world.durability).to.include({ state: 'full', text: 'the disk is full' });
    world.disk.capacity = Infinity;
    await world.clock.advance(3000);
    expect(await offered).to.equal(1);
    expect(world.durability).to.include({ state: 'running' });
    await world.clock.advance(5000);
    expect([...world.once('out').values()].flat()).to.deep.equal([0]);
  });

  it('ends when the disk does not keep what it says it keeps, and acknowledges nothing from then on', async () => {
    const world = new World();
    await world.start(small);
    world.disk.fsyncFailure = 1;
    const refusal: unknown = await world.offer(numbers(0, 1)).catch((thrown: unknown) => thrown);
    expect(refusal).to.be.an('error');
    expect(world.failures.map(({ code }) => code)).to.deep.equal(['log-failed']);
  });

  it('leaves out a record that cannot be kept, and keeps its neighbours', async () => {
    const world = new World();
    await world.start(small);
    await world.offer([{ payload: 1, topic: 'a' }, { payload: () => 2, topic: 'a' }, { payload: 3, topic: 'a' }]);
    await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal([1, 3]);
    expect(world.problems.map(({ code }) => code)).to.deep.equal(['record-unkept']);
  });
});

describe('a sink of a graph with a checkpoint', () => {
  const pinning = (pin: boolean): ReturnType<typeof durablePlan> => {
    const out = sink('out', 'dice');
    return durablePlan([
      receiver(), checkpoint('keeper', 'in'), map('dice', 'keeper', 'return Math.random();'),
      { ...out, parameters: { ...out.parameters, pin } },
    ]);
  };

  it('gets the same again after a crash where that was asked for, although the function gives something else', async () => {
    const world = new World();
    await world.start(pinning(true));
    await world.offer(numbers(0, 3));
    // It is given out, and then nothing more is written.
    const given = new Promise<void>((resolve) => {
      const { push } = world.outputs;
      world.outputs.push = (...outputs) => {
        world.disk.crash('kill');
        resolve();
        return push.apply(world.outputs, outputs);
      };
    });
    void world.clock.advance(1000);
    await given;
    world.kill();
    delete (world.outputs as { push?: unknown }).push;
    await world.start(pinning(true));
    await world.clock.advance(1000);
    expect(world.outputs).to.have.length(2);
    expect(world.outputs[1]?.records).to.deep.equal(world.outputs[0]?.records);
  });
});

describe('two processes with one folder', () => {
  it('the one that was paused is fenced: it acknowledges nothing and puts nothing out once another has begun', async () => {
    const world = new World();
    const plan = durablePlan([receiver(), checkpoint('keeper', 'in'), sink('out', 'keeper')]);
    await world.start(plan);
    const first = world.runner;
    await first.offer('in', numbers(0, 1));
    await world.start(plan);
    let isTaken = false;
    first.offer('in', numbers(1, 1)).then(() => {
      isTaken = true;
    }, () => undefined);
    for (let turn = 0; turn < 500; turn++) await Promise.resolve();
    expect(isTaken).to.equal(false);
    await world.offer(numbers(5, 1));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal([0, 5]);
  });
});

describe('dead letters of a graph with a checkpoint', () => {
  it('hold what could not be decoded or processed, with the reason, and the other records go on', async () => {
    const world = new World();
    await world.start(durablePlan([
      receiver({ format: 'json' }), checkpoint('keeper', 'in'), map('half', 'keeper', 'if (msg.payload > 1) throw new Error("too large"); return msg.payload;'),
      sink('out', 'half'),
    ]));
    await world.offer([
      { payload: Buffer.from('{'), topic: 'a' }, { payload: Buffer.from('1'), topic: 'a' }, { payload: Buffer.from('2'), topic: 'b' },
    ]);
    await world.clock.advance(1000);
    expect([...world.once('out').values()].flat()).to.deep.equal([1]);
    await world.clock.advance(1000);
    expect(world.durability?.deadLetters).to.equal(2);
    const path = [...world.disk.files().keys()].find((name) => name.startsWith('dead/')) ?? '';
    const text = Buffer.from(await world.disk.connect().read(path, 0, 10_000)).toString('utf8');
    const letters = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(letters.map(({ operator, code }) => [operator, code])).to.deep.equal([['in', 'decode-failed'], ['half', 'function-failed']]);
    expect(letters[1]?.['reason']).to.include('too large');
    expect(JSON.stringify(letters[1]?.['record'])).to.include('"b"');
  });
});

describe('a place outside that does not answer', () => {
  const leading = (topic: string): ReturnType<typeof durablePlan> => {
    const out = sink('out', 'keeper');
    const target = { kind: 'mqtt', connection: 'broker', topic, qos: 1, retain: false } as const;
    return durablePlan([receiver(), checkpoint('keeper', 'in'), { ...out, parameters: { ...out.parameters, target } }]);
  };

  it('does not keep a newer drawing from running after a crash, and that one gets what it had not taken', async () => {
    const world = new World();
    const taken: unknown[] = [];
    let release: () => void = () => undefined;
    world.places = {
      source: () => undefined,
      sink: ({ parameters: { target } }) => ({
        start: () => undefined,
        deliver: (records, settled) => {
          if (target.kind !== 'mqtt' || target.topic === 'dead') {
            const released = new Promise<void>((resolve) => {
              release = resolve;
            });
            return Promise.race([released, world.clock.sleep(1e9)]);
          }
          for (const record of records) {
            taken.push(record.payload);
            settled(record);
          }
          return Promise.resolve();
        },
        stop: () => {
          release();
          return Promise.resolve();
        },
      }),
    };
    await world.start(leading('dead'));
    await world.offer(numbers(0, 3));
    await world.clock.advance(1000);
    world.kill();
    let isStarted = false as boolean;
    const started = world.start(leading('alive')).then(() => {
      isStarted = true;
    });
    for (let second = 0; second < 10 && !isStarted; second++) await world.clock.advance(1000);
    await started;
    await world.clock.advance(1000);
    expect(taken).to.deep.equal([[0, 1, 2]]);
  });
});
