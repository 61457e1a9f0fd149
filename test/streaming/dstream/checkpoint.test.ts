import { expect } from 'chai';
import { IllegalArgumentError, StateSpec, UnsupportedOperationError, type DStream, type Pair } from '../../../src/streaming';
import type { StreamingContext } from '../../../src/streaming/StreamingContext';
import { program, type ProgramOptions, recorded, rejectionOf } from '../program';

const add = (first: number, second: number): number => first + second;

function pairs(ssc: StreamingContext): DStream<Pair<string, number>> {
  return ssc.queueStream<Pair<string, number>>([]);
}

/** Starts and stops a program with one output, and gives the stream. */
async function started<T>(build: (ssc: StreamingContext) => DStream<T>, options: ProgramOptions = {}): Promise<DStream<T>> {
  const { ssc } = program(options);
  const stream = build(ssc);
  stream.foreachRDD(() => undefined);
  await ssc.start();
  await ssc.stop();
  return stream;
}

const updated = (ssc: StreamingContext): DStream<Pair<string, number>> =>
  pairs(ssc).updateStateByKey((values, state: number | undefined) => values.reduce(add, state ?? 0));
const mapped = (ssc: StreamingContext): DStream<string> => pairs(ssc).mapWithState(StateSpec.function((key: string) => key));

describe('checkpoint', () => {
  describe('of a stream', () => {
    it('cuts the lineage at its interval: what came before is never computed again', async () => {
      const { ssc, clock } = program();
      const computed: number[] = [];
      const stream = ssc.queueStream([[1], [2], [3], [4]]).map((value) => {
        computed.push(value);
        return value;
      }).checkpoint(2000);
      const outputs = recorded(stream);
      await ssc.start();
      await clock.advance(4000);
      const [second, third] = stream.slice(2000, 3000);
      expect(second?.dependencies).to.deep.equal([]);
      expect(third?.dependencies).to.have.length(1);
      for (const rdd of [second, third]) rdd?.unpersist();
      expect([await second?.collect(), await third?.collect()]).to.deep.equal([[2], [3]]);
      expect(computed).to.deep.equal([1, 2, 3, 4, 3]);
      expect(outputs).to.deep.equal([[1000, [1]], [2000, [2]], [3000, [3]], [4000, [4]]]);
      await ssc.stop();
    });

    it('includes persist, and remembers RDDs for twice the interval', async () => {
      const stream = await started((ssc) => ssc.queueStream([[1]]).checkpoint(5000));
      expect([stream.isPersisted, stream.checkpointInterval, stream.rememberDuration]).to.deep.equal([true, 5000, 10_000]);
    });

    it('computes an RDD once for several outputs, partition by partition', async () => {
      const { ssc, clock } = program();
      let calls = 0;
      const stream = ssc.queueStream([[1, 2, 3]]).repartition(2).map((value) => {
        calls++;
        return value;
      }).checkpoint(1000);
      const outputs = [recorded(stream.glom()), recorded(stream)];
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
      expect(calls).to.equal(3);
      expect(outputs).to.deep.equal([[[1000, [[1], [2, 3]]]], [[1000, [1, 2, 3]]]]);
    });

    it('is refused once the context has started', async () => {
      const stream = await started((ssc) => ssc.queueStream([[1]]));
      expect(() => stream.checkpoint(1000)).to.throw(
        UnsupportedOperationError,
        'checkpoint(1000): the context has started, and how often a stream is checkpointed cannot be changed any more',
      );
    });

    it('is refused at start where the interval does not fit the slide duration', async () => {
      for (const [interval, message] of [
        [1500, 'is shorter than the slide duration of its stream, which is 2000 ms; use that or a multiple of it.'],
        [5000, 'must be a multiple of the slide duration of its stream, which is 2000 ms; use 4000 or 6000 ms.'],
      ] as const) {
        const { ssc } = program();
        ssc.queueStream([[1]]).window(2000, 2000).checkpoint(interval).foreachRDD(() => undefined);
        const error = await rejectionOf(ssc.start());
        expect(error).to.be.instanceOf(IllegalArgumentError);
        expect(error.message).to.equal(`The checkpoint interval of ${String(interval)} ms ${message}`);
        expect(ssc.getState()).to.equal('STOPPED');
      }
      expect(() => program().ssc.queueStream([[1]]).checkpoint(0)).to.throw(
        IllegalArgumentError, 'The checkpoint interval is 0; it must be a whole number of milliseconds above 0.');
    });
  });

  describe('intervals where nothing is said', () => {
    const inverse = (ssc: StreamingContext): DStream<unknown> =>
      pairs(ssc).reduceByKeyAndWindow(add, (x, y) => x - y, 12_000, 3000);

    for (const [name, build, batchInterval, interval] of [
      ['updateStateByKey', updated, 1000, 10_000],
      ['updateStateByKey', updated, 4000, 12_000],
      ['updateStateByKey', updated, 30_000, 30_000],
      ['mapWithState', mapped, 100, 1000],
      ['mapWithState', mapped, 1000, 10_000],
      ['mapWithState', mapped, 10_000, 100_000],
      ['an inverse window', inverse, 1000, 12_000],
    ] as const) {
      it(`${name} every ${String(batchInterval)} ms: ${String(interval)} ms with a directory, none without`, async () => {
        const stream = await started<unknown>(build, { batchInterval, checkpointDirectory: 'checkpoints' });
        expect([stream.checkpointInterval, stream.rememberDuration]).to.deep.equal([interval, 2 * interval]);
        const without = await started<unknown>(build, { batchInterval });
        expect([without.checkpointInterval, without.rememberDuration]).to.deep.equal([undefined, without.slideDuration]);
      });
    }

    it('leave alone what was said, and streams that do not go on from their past', async () => {
      const stream = await started((ssc) => updated(ssc).checkpoint(3000), { checkpointDirectory: 'checkpoints' });
      expect([stream.checkpointInterval, stream.rememberDuration]).to.deep.equal([3000, 6000]);
      const window = await started((ssc) => pairs(ssc).window(2000), { checkpointDirectory: 'checkpoints' });
      expect([window.checkpointInterval, window.rememberDuration]).to.deep.equal([undefined, 1000]);
    });
  });

  describe('directory', () => {
    for (const [name, build] of [
      ['updateStateByKey', updated],
      ['mapWithState', mapped],
      ['checkpoint', (ssc: StreamingContext) => pairs(ssc).checkpoint(1000)],
    ] as const) {
      it(`${name} starts without one, except with compatibility: 'spark'`, async () => {
        await started<unknown>(build);
        await started<unknown>(build, { compatibility: 'spark', checkpointDirectory: 'checkpoints' });
        await started<unknown>((ssc) => {
          ssc.checkpoint('checkpoints');
          return build(ssc);
        }, { compatibility: 'spark' });
        const error = await rejectionOf(started<unknown>(build, { compatibility: 'spark' }));
        expect(error).to.be.instanceOf(IllegalArgumentError);
        expect(error.message).to.contain('The checkpoint directory has not been set');
        expect(error.message).to.contain('give the StreamingContext a checkpointDirectory, or leave the compatibility out');
      });
    }

    it('cannot be set once the context has started', async () => {
      const { ssc } = program();
      recorded(ssc.queueStream([[1]]));
      await ssc.start();
      expect(() => { ssc.checkpoint('checkpoints'); }).to.throw('The checkpoint directory was added after starting the context');
      await ssc.stop();
    });
  });
});
