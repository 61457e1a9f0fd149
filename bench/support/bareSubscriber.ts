import { appendFileSync } from 'node:fs';
import { connectAsync } from 'mqtt';

/**
 * The least that a program with mqtt.js can do with JSON messages: `bareSubscriber.js <url> <topic> <file>`. Once a second it writes a
 * `ResultLine` of how many came.
 */
async function main([url = '', topic = '', file = '']: readonly string[]): Promise<void> {
  const client = await connectAsync(url);
  let count = 0;
  client.on('message', (_topic, payload) => {
    const reading = JSON.parse(payload.toString()) as { celsius?: unknown } | null;
    if (typeof reading?.celsius === 'number') count++;
  });
  await client.subscribeAsync(`${topic}/+`, { qos: 1 });
  setInterval(() => {
    if (count > 0) appendFileSync(file, `${JSON.stringify([Date.now(), 0, count, null])}\n`);
    count = 0;
  }, 1000);
  // By way of `exit`, so that a profile gets written.
  process.once('SIGTERM', () => process.exit(0));
  console.log('ready');
}

void main(process.argv.slice(2));
