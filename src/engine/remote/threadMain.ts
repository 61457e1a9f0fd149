/** The entry point of a worker thread: runs the graphs of its channels. */
import { parentPort, workerData } from 'node:worker_threads';
import { CallMonitor } from '../CallMonitor';
import type { HelperOptions } from '../parallel/HelperThread';
import { HelperPool } from '../parallel/HelperPool';
import type { Parallelism } from '../parallel/Helpers';
import { GraphServer } from './GraphServer';
import type { FromChannel, ToChannel } from './protocol';

/** What a thread is given when it is started. */
export interface ThreadData {
  readonly monitor: SharedArrayBuffer;
  /** Bytes outside the JavaScript heap that the graphs of this thread may hold. */
  readonly outsideLimit: number;
  /** How many threads are to run each graph. */
  readonly parallelism: Parallelism;
  readonly helpers: HelperOptions;
}

const port = parentPort;
if (port === null) throw new Error('This file is the entry point of a worker thread and does nothing elsewhere.');

const { monitor: memory, outsideLimit, parallelism, helpers: helperOptions } = workerData as ThreadData;
const monitor = new CallMonitor(memory);
const helpers = HelperPool.for(parallelism, helperOptions);
const servers = new Map<number, GraphServer>();

function send(message: FromChannel): void {
  port?.postMessage(message);
}

/** Heap limits do not see Buffers, so these are watched here, after every batch. */
function watchGrowth(): void {
  const { external } = process.memoryUsage();
  if (external > outsideLimit) send({ overgrown: external });
}

function serverOf(channel: number): GraphServer {
  const server = new GraphServer(
    channel,
    monitor,
    (message) => {
      send({ channel, message });
    },
    watchGrowth,
    helpers,
  );
  servers.set(channel, server);
  return server;
}

// User code may start something that nobody waits for; its failure must not take the graphs down.
process.on('unhandledRejection', (reason) => {
  const { channel, operator } = monitor.last;
  servers.get(channel)?.backgroundFailure(operator, reason);
});

port.on('message', ({ channel, message }: ToChannel) => {
  (servers.get(channel) ?? serverOf(channel)).receive(message);
  if (message.type === 'stop') servers.delete(channel);
});
