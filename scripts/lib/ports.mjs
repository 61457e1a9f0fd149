// Ports of 127.0.0.1.
import { createServer } from 'node:net';
import { Failure } from './project.mjs';

const HIGHEST_PORT = 65535;

function isFree(port) {
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

/** The first free port from the wanted one on. Says so when the wanted one is busy. */
export async function freePortFrom(wanted, what) {
  for (let port = wanted; port <= HIGHEST_PORT; port++) {
    if (await isFree(port)) {
      if (port !== wanted) {
        console.log(`Port ${wanted} is busy: ${what} uses ${port}.`);
      }
      return port;
    }
  }
  throw new Failure(`No port from ${wanted} to ${HIGHEST_PORT} is free for ${what}.`);
}
