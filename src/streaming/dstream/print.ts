import { IllegalArgumentError } from '../errors';
import { recordText } from '../rdd/recordText';
import { DStream } from './DStream';
import { ForEachDStream } from './ForEachDStream';

/** How many records of a batch are shown when nothing else is said. */
const SHOWN = 10;

const RULE = '-'.repeat(43);

declare module './DStream' {
  interface DStream<T> {
    /**
     * An output operation: shows the time and the first records of every batch, and "..." where there are more.
     * @param limit how many records; 10 when left out
     * @throws IllegalArgumentError unless the limit is a whole number, 0 or more
     */
    print(limit?: number): void;
  }
}

DStream.prototype.print = function <T>(this: DStream<T>, limit = SHOWN): void {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new IllegalArgumentError(`print: the number of records is ${String(limit)}; it must be a whole number, 0 or more.`);
  }
  const { context } = this;
  const show = (line: string): void => {
    if (context.log.log === undefined) context.log.warn(line);
    else context.log.log(line);
  };
  context.registerOutput(
    new ForEachDStream(this, 'print', async (rdd, time) => {
      const records = await rdd.take(limit + 1);
      for (const line of [RULE, `Time: ${String(time)} ms`, RULE]) show(line);
      for (const record of records.slice(0, limit)) show(recordText(record));
      if (records.length > limit) show('...');
      show('');
    }),
  );
};
