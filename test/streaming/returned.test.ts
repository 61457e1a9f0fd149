import { expect } from 'chai';
import type { DStream } from '../../src/streaming';
import { program, recorded } from './program';

/** What a function of JavaScript may return although the types forbid it. */
function wrongly(value: unknown): never {
  return value as never;
}

const CASES: readonly (readonly [name: string, build: (numbers: DStream<number>) => DStream<unknown>, message: string])[] = [
  ['flatMap of a number', (numbers) => numbers.flatMap(() => wrongly(5)),
    'flatMap: the function must return an array or another iterable, and gave a value of type number.'],
  ['flatMapValues of null', (numbers) => numbers.map((number) => [number, 1]).flatMapValues(() => wrongly(null)),
    'flatMapValues: the function must return an array or another iterable, and gave null.'],
  ['mapPartitions of a promise', (numbers) => numbers.mapPartitions(() => wrongly(Promise.reject(new Error('unseen')))),
    'mapPartitions: the function must return an array or another iterable, and gave a promise.'],
  ['updateStateByPartition of nothing',
    (numbers) => numbers.map((number) => [number, 1] as const).updateStateByPartition(() => wrongly(undefined)),
    'updateStateByPartition: the function must return an array or another iterable, and gave undefined.'],
  ['transform of an array', (numbers) => numbers.transform(() => wrongly([1])),
    'transform: the function must return an RDD, and gave a value of type object at time 1000 ms.'],
  ['transform of a promise', (numbers) => numbers.transform(() => wrongly(Promise.reject(new Error('unseen')))),
    'transform: the function must return an RDD, and gave a promise, which nobody waits for; what must be awaited belongs into ' +
      'mapPartitionsAwaiting, at time 1000 ms.'],
];

describe('what a function returns that it must not', () => {
  for (const [name, build, message] of CASES) {
    it(`fails the batch with a word on it, and the next one runs: ${name}`, async () => {
      const { ssc, clock, errors } = program();
      const numbers = ssc.queueStream([[1], [2]]);
      recorded(build(numbers));
      const others = recorded(ssc.queueStream([['a'], ['b']]));
      await ssc.start();
      await clock.advance(2000);
      await ssc.stop();
      expect(errors).to.deep.equal([message, message.replace('1000', '2000')]);
      // What cannot be made takes the other outputs of its batch with it; what fails as it runs does not.
      expect(others).to.have.length(name.startsWith('transform') ? 0 : 2);
      expect(clock.pendingTimers).to.equal(0);
    });
  }

  it('is refused at once as the default of a queue, and as an initial state', () => {
    const { ssc } = program();
    expect(() => ssc.queueStream<number>([], { defaultRDD: wrongly(5) })).to.throw(/defaultRDD.*number.*must be an RDD/u);
    const pairs = ssc.queueStream<readonly [string, number]>([]);
    expect(() => pairs.updateStateByKey((values) => values.length, { initialState: wrongly(7) })).to.throw(
      'The initial state is a value of type number; it must be an RDD, an array or another iterable of pairs [key, state].',
    );
  });
});
