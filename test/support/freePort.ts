import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below those that systems give to whoever asks for any port, so that nobody gets one of these before it is listened on. */
const LOWEST = 21_000;
const HIGHEST = 32_000;

/** So many in a row are not busy by chance. */
const ATTEMPTS = 100;

/**
 * A port of 127.0.0.1 that nobody listens on.
 * @param candidate gives the next one to try
 * @throws when none of a hundred is free
 */
export async function freePort(candidate = (): number => randomInt(LOWEST, HIGHEST)): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = candidate();
    if (await isFree(port)) return port;
  }
  throw new Error(`${String(ATTEMPTS)} ports of 127.0.0.1 between ${String(LOWEST)} and ${String(HIGHEST)} are all busy.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
