import { expect } from 'chai';
import type { Plan } from '../../../src/plan/Plan';
import { aggregate, from, map, receiver, reduceByKey, sink, window } from '../plans';
import { checkpoint, durablePlan, World } from './World';

const numbers = (...payloads: number[]): { payload: number; topic: string }[] => payloads.map((payload) => ({ payload, topic: 'a' }));

function times(factor: number): Plan {
  return durablePlan([
    receiver(), checkpoint('keeper', 'in'), map('times', 'keeper', `return msg.payload * ${String(factor)};`), sink('out', 'times'),
  ]);
}

function windowed(length: number, change: { readonly sums?: boolean; readonly interval?: number } = {}): Plan {
  return durablePlan([
    receiver(), checkpoint('keeper', 'in', { interval: change.interval ?? 1 }), window('w', 'keeper', length, 1000),
    reduceByKey('r', 'w', [aggregate('sum', 'payload', 'sum'), ...(change.sums === false ? [] : [aggregate('count', 'payload', 'count')])]),
    sink('out', 'r'),
  ]);
}

const sums = (payloads: readonly unknown[] | undefined): unknown[] => (payloads ?? []).map((payload) => (payload as { sum: number }).sum);

describe('a drawing with a checkpoint that changes', () => {
  it('runs interrupted batches with the drawing that they began with, and what waits with the new one', async () => {
    const world = new World();
    await world.start(times(2));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.offer(numbers(5));
    // A crash before the sink's commit reached the disk: the batch is given out again.
    world.kill('power');
    world.outputs.length = 0;
    await world.start(times(10));
    await world.clock.advance(1000);
    const payloads = world.outputs.flatMap(({ records }) => records.map(({ payload }) => payload));
    expect(payloads).to.include(50);
    expect(payloads).not.to.include(10);
  });

  it('keeps state over an update, and in what is kept after it', async () => {
    const world = new World();
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.runner.update(windowed(3000, { sums: false }), { secrets: {}, taps: [], environment: {} });
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    world.kill();
    await world.start(windowed(3000, { sums: false }));
    await world.offer(numbers(4));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [3], [7]]);
  });

  it('says what is given up of a node that goes on without an output, with an update and at a start', async () => {
    const world = new World();
    const lost = 'The node "r" has changed: what it had gathered for count is given up, and its other outputs go on.';
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.runner.update(windowed(3000, { sums: false }), { secrets: {}, taps: [], environment: {} });
    expect(world.warnings.filter((text) => text === lost)).to.have.length(1);
    await world.runner.update(windowed(3000), { secrets: {}, taps: [], environment: {} });
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    await world.stop();
    await world.start(windowed(3000, { sums: false }));
    expect(world.warnings.filter((text) => text === lost)).to.have.length(2);
  });

  it('refuses an update that would lose state, and goes on with what runs', async () => {
    const world = new World();
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    const refusal: unknown = await world.runner.update(windowed(2000), { secrets: {}, taps: [], environment: {} }).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'state-would-be-lost');
    expect(refusal).to.have.nested.property('problem.nodeId', 'r');
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [3]]);
  });

  it('refuses to start where state would be lost, and starts when the node is reset, once', async () => {
    const world = new World();
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.stop();
    const refusal: unknown = await world.start(windowed(2000)).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'state-would-be-lost');
    const reset = { id: 'r1', scope: ['r'] };
    await world.start(windowed(2000), { reset });
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    await world.clock.advance(1000);
    world.kill();
    // The same wish again, as after the death of a thread: the state that came since stays.
    await world.start(windowed(2000), { reset });
    await world.offer(numbers(8));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [2], [2], [8]]);
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums).at(-1)).to.deep.equal([9]);
  });

  it('says which checkpoint was damaged, and goes on from the one before', async () => {
    const world = new World();
    await world.start(windowed(3000));
    for (const number of [1, 2, 4]) {
      await world.offer(numbers(number));
      await world.clock.advance(1000);
    }
    world.kill();
    const newest = [...world.disk.files().keys()].filter((path) => path.startsWith('ckpt/')).sort().at(-1) ?? '';
    const disk = world.disk.connect();
    const whole = await disk.read(newest, 0, 10_000);
    await disk.remove(newest);
    const file = await disk.create(newest);
    await file.append(whole.map((byte, at) => (at === whole.length - 1 ? byte ^ 1 : byte)));
    await file.fsync();
    await file.close();
    await world.start(windowed(3000));
    expect(world.warnings.filter((text) => text.includes('damaged checkpoint'))).to.have.length(1);
    expect(world.warnings.join()).to.include(`quarantine/${newest.replace('/', '-')}`);
    await world.offer(numbers(8));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [3], [7], [14]]);
  });

  it('says whose folder it waits for, once', async () => {
    const world = new World();
    await world.start(windowed(3000));
    world.isGone = false;
    void world.start(windowed(3000));
    await world.clock.advance(6000);
    expect(world.durability).to.include({ state: 'waiting', text: 'process 1 on here' });
    expect(world.warnings.filter((text) => text.includes('belongs to process 1 on here'))).to.have.length(1);
  });

  it('begins from nothing when all is reset, once, and puts aside what was there', async () => {
    const world = new World();
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.stop();
    const reset = { id: 'all1', scope: 'all' as const };
    await world.start(windowed(2000), { reset });
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    world.kill();
    await world.start(windowed(2000), { reset });
    await world.offer(numbers(4));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [2], [6]]);
    expect([...world.disk.files().keys()].filter((path) => path.startsWith('quarantine/') && path.includes('all1'))).not.to.be.empty;
  });

  it('does not wait for ever for records of a receiver that was removed', async () => {
    const two = durablePlan([
      receiver(), receiver({}, 'other'), { ...checkpoint('keeper', 'in', { interval: 1 }), inputs: from('in', 'other') }, sink('out', 'keeper'),
    ]);
    const one = durablePlan([receiver(), checkpoint('keeper', 'in', { interval: 1 }), sink('out', 'keeper')]);
    const world = new World();
    await world.start(two);
    await world.offer(numbers(1), 'other');
    world.kill();
    await world.start(one);
    for (let batch = 0; batch < 5; batch++) {
      await world.offer(numbers(2));
      await world.clock.advance(1000);
    }
    world.kill();
    // Back again, it begins where it was left: nothing comes twice.
    await world.start(two);
    await world.offer(numbers(3), 'other');
    await world.clock.advance(1000);
    const payloads = [...world.once('out').values()].flat();
    expect(payloads).to.deep.equal([2, 2, 2, 2, 2, 3]);
  });

  it('goes on in another folder with what is there', async () => {
    const world = new World();
    await world.start(times(2));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    const elsewhere = durablePlan([
      receiver(), checkpoint('keeper', 'in', { sync: { kind: 'each' } }), map('times', 'keeper', 'return msg.payload * 2;'), sink('out', 'times'),
    ]);
    await world.runner.update(elsewhere, { secrets: {}, taps: [], environment: {} });
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    expect([...world.once('out').values()]).to.deep.equal([[2], [4]]);
  });
});

describe('a batch that ends the thread of its graph', () => {
  it('is begun once more, then not again with the same drawing, and runs with another one', async () => {
    const world = new World();
    await world.start(times(2));
    await world.offer(numbers(7));
    world.hangs = true;
    const die = async (): Promise<void> => {
      // Whatever hangs never ends; the clock of the next process is another one.
      void world.clock.advance(1000);
      for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
      world.kill();
    };
    await die();
    await world.start(times(2), { afterDeath: true });
    await die();
    const refusal: unknown = await world.start(times(2), { afterDeath: true }).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'batch-never-ended');
    expect(refusal).to.have.nested.property('problem.what').that.includes('1970-01-01T00:16:41.000Z').and.includes('2 times');
    world.hangs = false;
    await world.start(times(3));
    await world.clock.advance(1000);
    expect([...world.once('out')]).to.deep.equal([[1_001_000, [21]]]);
  });

  it('is begun again as often as the whole process is killed from outside', async () => {
    const world = new World();
    await world.start(times(2));
    await world.offer(numbers(7));
    world.hangs = true;
    for (let kill = 0; kill < 5; kill++) {
      void world.clock.advance(1000);
      for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
      world.kill();
      await world.start(times(2));
    }
    world.hangs = false;
    world.kill();
    await world.start(times(2));
    await world.clock.advance(1000);
    expect(world.once('out').get(1_001_000)).to.deep.equal([14]);
  });
});

describe('a checkpoint node that comes or goes while the graph runs', () => {
  const options = { secrets: {}, taps: [], environment: {} };
  const plain = durablePlan([receiver(), sink('out', 'in')]);
  const kept = durablePlan([receiver(), checkpoint('keeper', 'in'), sink('out', 'keeper')]);

  it('takes records in as before once it is gone', async () => {
    const world = new World();
    await world.start(kept);
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.runner.update(plain, options);
    expect(await world.offer(numbers(2))).to.equal(1);
    await world.clock.advance(1000);
    expect([...world.once('out').values()]).to.deep.equal([[1], [2]]);
    expect(world.durability).to.equal(undefined);
    // And when it is back.
    await world.runner.update(kept, options);
    expect(await world.offer(numbers(3))).to.equal(1);
    await world.clock.advance(1000);
    expect([...world.once('out').values()]).to.deep.equal([[1], [2], [3]]);
    expect(world.durability).to.have.property('state', 'running');
  });

  it('does not lose what waits when it comes', async () => {
    const world = new World();
    await world.start(plain);
    await world.offer(numbers(1));
    await world.runner.update(kept, options);
    await world.offer(numbers(2));
    await world.clock.advance(1000);
    expect([...world.once('out').values()]).to.deep.equal([[1, 2]]);
    // It is in the log by then.
    const killed = new World();
    await killed.start(plain);
    await killed.offer(numbers(1));
    await killed.runner.update(kept, options);
    killed.kill('power');
    await killed.start(kept);
    await killed.clock.advance(1000);
    expect([...killed.once('out').values()]).to.deep.equal([[1]]);
  });

  it('goes on with what the nodes remember when it comes, also after a crash', async () => {
    const total = (isKept: boolean, length = 9000): Plan => durablePlan([
      receiver(), ...(isKept ? [checkpoint('keeper', 'in', { interval: 60_000 })] : []), window('w', isKept ? 'keeper' : 'in', length, 1000),
      reduceByKey('r', 'w', [aggregate('sum', 'payload', 'sum')]), sink('out', 'r'),
    ]);
    const world = new World();
    await world.start(total(false));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    await world.runner.update(total(true), options);
    for (const payload of [2, 4]) {
      await world.offer(numbers(payload));
      await world.clock.advance(1000);
    }
    world.kill('power');
    await world.start(total(true));
    await world.offer(numbers(8));
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [3], [7], [15]]);
    // A window of another length in the same deploy is what it is without a checkpoint: it begins afresh.
    const other = new World();
    await other.start(total(false));
    await other.offer(numbers(1));
    await other.clock.advance(1000);
    await other.runner.update(total(true, 5000), options);
    await other.offer(numbers(2));
    await other.clock.advance(1000);
    expect([...other.once('out').values()].map(sums)).to.deep.equal([[1], [2]]);
  });

  it('goes on with the drawing before where the new one would lose state, though it keeps its things otherwise', async () => {
    const world = new World();
    await world.start(windowed(3000));
    await world.offer(numbers(1));
    await world.clock.advance(1000);
    const other = durablePlan(windowed(2000).operators.map((operator) => operator.type === 'checkpoint'
      ? checkpoint('keeper', 'in', { interval: 1, sync: { kind: 'each' } }) : operator));
    const refusal: unknown = await world.runner.update(other, options).catch((thrown: unknown) => thrown);
    expect(refusal).to.have.nested.property('problem.code', 'state-would-be-lost');
    expect(world.failures).to.deep.equal([]);
    expect(await world.offer(numbers(2))).to.equal(1);
    await world.clock.advance(1000);
    expect([...world.once('out').values()].map(sums)).to.deep.equal([[1], [3]]);
  });

  it('says what stays behind in the folder when it goes', async () => {
    const world = new World();
    await world.start(kept);
    await world.offer(numbers(1, 2));
    await world.runner.update(plain, options);
    expect(world.warnings.join()).to.include('2 records that waited stay in /data/keeper.');
  });
});
