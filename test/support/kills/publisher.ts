import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { SeededRandom } from '../simulation/SeededRandom';
import { ledgerText } from './ledger';
import type { PublisherOptions } from './Publishing';
import { hashOf, readingOf } from './reading';

/**
 * A process of its own that is never killed: publishes readings, and writes each into the ledger before it leaves. It ends at
 * SIGTERM, once the broker has taken everything over; with another exit code where that cannot be said.
 */

/** ms between two looks at what is due. */
const TICK = 10;

async function main(options: PublisherOptions): Promise<void> {
  const { url, topic, qos, rate, sensors, producer, ledger, seed, count, inFlight, retain } = options;
  const random = new SeededRandom(seed);
  const file = openSync(ledger, 'a');
  const client = await connectAsync(url, { reconnectPeriod: 0 });
  const stopped = new AbortController();
  let isDone = false;
  let sequence = 0;
  let heard = 0;
  let failure: unknown;
  process.once('SIGTERM', () => {
    stopped.abort();
  });
  client.once('close', () => {
    if (!isDone) failure ??= new Error('the broker has closed the connection');
  });
  client.on('error', (error) => {
    failure ??= error;
  });

  const send = (last: number): void => {
    const readings = Array.from({ length: last - sequence }, (_, index) => readingOf(producer, sequence + index, sensors, random));
    const time = Date.now();
    const lines = readings.map((reading) => ledgerText({ kind: 'sent', producer, sequence: reading.sequence, hash: hashOf(reading), time }));
    // Written by the time the call returns: whatever becomes of this process, the system keeps it.
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
    sequence = last;
    for (const reading of readings) {
      client.publish(`${topic}/${reading.sensor}`, JSON.stringify(reading), { qos, retain }, (error) => {
        if (error) failure ??= error;
        else {
          heard++;
          writeSync(file, `${ledgerText({ kind: 'heard', producer, sequence: reading.sequence, time: Date.now() })}\n`);
        }
      });
    }
  };

  const failed = (): boolean => failure !== undefined;
  const begun = performance.now();
  while (!stopped.signal.aborted && sequence < count && !failed()) {
    const due = rate === 0 ? Infinity : Math.floor(((performance.now() - begun) / 1000) * rate);
    send(Math.max(sequence, Math.min(count, due, heard + inFlight)));
    await pause(rate === 0 ? 0 : TICK);
  }
  while (heard < sequence && !failed()) await pause(TICK);
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error('the publisher failed');
  isDone = true;
  await client.endAsync();
  console.log(`published ${String(sequence)}`);
}

process.once('disconnect', () => process.exit(1));
process.channel?.unref();
main(JSON.parse(process.argv[2] ?? '{}') as PublisherOptions).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
