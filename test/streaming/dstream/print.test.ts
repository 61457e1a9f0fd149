import { expect } from 'chai';
import { type DStream, IllegalArgumentError, ManualClock, StreamingContext } from '../../../src/streaming';
import { StreamingContext as CoreStreamingContext } from '../../../src/streaming/StreamingContext';
import { program, rejectionOf } from '../program';

const RULE = '-------------------------------------------';

/** What the outputs show in `duration` ms, line by line. */
async function shownBy<T>(duration: number, batches: (readonly T[] | null)[], output: (stream: DStream<T>) => void): Promise<string[]> {
  const { ssc, clock, shown } = program();
  output(ssc.queueStream(batches));
  await ssc.start();
  await clock.advance(duration);
  await ssc.stop();
  return shown;
}

describe('print', () => {
  it('shows the time and the records of each batch, also of an empty one, and an empty line', async () => {
    expect(await shownBy(3000, [['a', 'b'], [], null], (stream) => stream.print())).to.deep.equal([
      RULE, 'Time: 1000 ms', RULE, 'a', 'b', '', RULE, 'Time: 2000 ms', RULE, '',
    ]);
  });

  it('shows the first 10, and that there are more', async () => {
    const numbers = Array.from({ length: 11 }, (_, index) => index);
    const first = numbers.slice(0, 10).map(String);
    expect(await shownBy(2000, [numbers, numbers.slice(0, 10)], (stream) => stream.print())).to.deep.equal([
      RULE, 'Time: 1000 ms', RULE, ...first, '...', '', RULE, 'Time: 2000 ms', RULE, ...first, '',
    ]);
  });

  it('shows as many as it is told, in the order of the partitions, and computes no more partitions than it needs', async () => {
    let calls = 0;
    const counted = (stream: DStream<number>): DStream<number> =>
      stream.repartition(5).map((n) => {
        calls++;
        return n;
      });
    expect(await shownBy(1000, [[1, 2, 3, 4, 5]], (stream) => counted(stream).print(2))).to.deep.equal([
      RULE, 'Time: 1000 ms', RULE, '1', '2', '...', '',
    ]);
    expect(calls).to.equal(3);
    expect(await shownBy(1000, [[1]], (stream) => stream.print(0))).to.deep.equal([RULE, 'Time: 1000 ms', RULE, '...', '']);
  });

  it('shows pairs as Spark shows tuples', async () => {
    const lines = await shownBy(1000, [[['a', 1], ['b', [2, null]]]], (stream) => stream.print());
    expect(lines.slice(3)).to.deep.equal(['(a,1)', '(b,(2,null))', '']);
  });

  it('is an output operation: it makes its stream run, and is refused after start', async () => {
    const ssc = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() });
    const stream = ssc.queueStream<number>([]);
    expect((await rejectionOf(ssc.start())).message).to.contain('No output operations');
    expect(() => stream.print()).to.throw('after stopping');
  });

  it('goes to the console of a program of its own', async () => {
    const lines: unknown[] = [];
    const before = console.log;
    console.log = (line: unknown) => lines.push(line);
    try {
      const clock = new ManualClock(0);
      const ssc = new StreamingContext({ batchInterval: 1000, clock });
      ssc.queueStream([[1]]).print();
      await ssc.start();
      await clock.advance(1000);
      await ssc.stop();
    } finally {
      console.log = before;
    }
    expect(lines).to.deep.equal([RULE, 'Time: 1000 ms', RULE, '1', '']);
  });

  it('is shown as warnings where there is nothing else', async () => {
    const warnings: string[] = [];
    const clock = new ManualClock(0);
    const log = { warn: (text: string) => warnings.push(text), error: () => undefined };
    const ssc = new CoreStreamingContext({ batchInterval: 1000, clock, log });
    ssc.queueStream([[1]]).print();
    await ssc.start();
    await clock.advance(1000);
    await ssc.stop();
    expect(warnings).to.have.length(5);
  });

  it('refuses a number of records that is none', () => {
    const stream = new StreamingContext({ batchInterval: 1000, clock: new ManualClock() }).queueStream([[1]]);
    for (const limit of [-1, 1.5, NaN]) {
      expect(() => {
        stream.print(limit);
      }).to.throw(IllegalArgumentError, 'number of records');
    }
  });
});
