import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IllegalArgumentError, IllegalStateError, ManualClock, StreamingContext, StreamingError } from '../../../src/streaming';
import { type Output, rejectionOf } from '../program';
import { Hand } from './Lives';

interface Sums {
  readonly ssc: StreamingContext;
  readonly hand: Hand<number>;
  readonly outputs: Output<readonly [string, number]>[];
}

describe('StreamingContext.getOrCreate', () => {
  let directory: string;
  const warnings: unknown[] = [];
  const warn = console.warn;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dstream-recovery-'));
    console.warn = (text: unknown) => warnings.push(text);
  });

  afterEach(() => {
    console.warn = warn;
    warnings.length = 0;
    rmSync(directory, { recursive: true, force: true });
  });

  const sums = (clock: ManualClock): Sums => {
    const ssc = new StreamingContext({ batchInterval: 1000, clock });
    const hand = new Hand<number>();
    const outputs: Output<readonly [string, number]>[] = [];
    ssc
      .receiverStream(hand)
      .map((n) => ['sum', n] as const)
      .updateStateByKey<string, number, number>((added, sum = 0) => added.reduce((a, b) => a + b, sum))
      .foreachRDD(async (rdd, time) => {
        outputs.push([time, await rdd.collect()]);
      });
    return { ssc, hand, outputs };
  };

  /** A program in the directory. */
  const live = async (clock: ManualClock, options = {}): Promise<Sums> => {
    const built = sums(clock);
    const ssc = await StreamingContext.getOrCreate(
      directory,
      () => built.ssc,
      options,
    );
    expect(ssc).to.equal(built.ssc);
    expect(ssc.checkpointDirectory).to.equal(directory);
    return built;
  };

  it('goes on, after a stop, in a program that was built anew: with its state, its batch times, and what waited', async () => {
    const clock = new ManualClock(0);
    const first = await live(clock);
    await first.ssc.start();
    first.hand.storeAll([1, 2]);
    await clock.advance(1000);
    await first.hand.storeBlock([3]);
    await first.ssc.stop();
    expect(first.outputs).to.deep.equal([[1000, [['sum', 3]]]]);
    await clock.advance(2500);
    const second = await live(clock);
    await second.ssc.start();
    await clock.advance(500);
    await second.ssc.stop();
    expect(second.outputs).to.deep.equal([2000, 3000, 4000].map((time) => [time, [['sum', 6]]]));
    expect(statSync(join(directory, 'log')).mode & 0o777).to.equal(0o700);
    expect(warnings).to.deep.equal([]);
  });

  it('keeps a directory for one context at a time, and gives it back when that has stopped, started or not', async () => {
    const first = await live(new ManualClock(0));
    const error = await rejectionOf(live(new ManualClock(0)));
    expect(error).to.be.instanceOf(IllegalStateError);
    expect(error.message).to.include(directory).and.to.include('stop that one first');
    await first.ssc.stop();
    const second = await live(new ManualClock(0));
    await second.ssc.stop();
  });

  it('refuses what it cannot read, or, if wanted, puts it aside and begins from nothing', async () => {
    const clock = new ManualClock(0);
    const first = await live(clock);
    await first.ssc.start();
    first.hand.store(1);
    await clock.advance(1000);
    await first.ssc.stop();
    const checkpoints = join(directory, 'ckpt');
    for (const name of readdirSync(checkpoints)) writeFileSync(join(checkpoints, name), 'not a checkpoint');
    const log = join(directory, 'log');
    for (const name of readdirSync(log)) writeFileSync(join(log, name), 'not a log'.repeat(99));
    const error = await rejectionOf(live(new ManualClock(1000)));
    expect(error).to.be.instanceOf(StreamingError);
    expect(error.message).to.match(/Failed to read the checkpoint in .*damaged/);
    const clock2 = new ManualClock(1000);
    const second = await live(clock2, { createOnError: true });
    expect(warnings.join()).to.match(/begins from nothing; what was there is in the folder quarantine/);
    await second.ssc.start();
    second.hand.store(5);
    await clock2.advance(1000);
    await second.ssc.stop();
    expect(second.outputs).to.deep.equal([[2000, [['sum', 5]]]]);
    expect(readdirSync(join(directory, 'quarantine'))).not.to.be.empty;
    // What was put aside is no reason to refuse the next start.
    const third = await live(new ManualClock(2000));
    await third.ssc.stop();
    expect(warnings).to.have.length(1);
  });

  it('says what is wrong with what it is given, and then keeps no directory', async () => {
    const clock = new ManualClock(0);
    const wrong = StreamingContext.getOrCreate as (...given: unknown[]) => Promise<StreamingContext>;
    for (const given of [['', () => sums(clock).ssc], [directory], [directory, () => 1], [directory, () => sums(clock).ssc, { checkpointInterval: -1 }]]) {
      expect(await rejectionOf(wrong.apply(StreamingContext, given)), JSON.stringify(given)).to.be.instanceOf(IllegalArgumentError);
    }
    const started = sums(clock);
    await started.ssc.start();
    expect(await rejectionOf(wrong.call(StreamingContext, directory, () => started.ssc))).to.be.instanceOf(IllegalStateError);
    await started.ssc.stop();
    const { ssc } = await live(clock);
    await ssc.stop();
  });
});
