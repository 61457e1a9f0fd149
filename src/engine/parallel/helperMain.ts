/** The entry point of a helper thread: runs pieces of batches, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { UserCalls } from '../BuildEnvironment';
import { CallMonitor } from '../CallMonitor';
import { textOf } from '../textOf';
import { BranchRunner } from './BranchRunner';
import { type FromHelper, memoryOfResult, packResult, type ToHelper, unpackPiece } from './messages';

const port = parentPort;
if (port === null) throw new Error('This file is the entry point of a worker thread and does nothing elsewhere.');

const monitor = new CallMonitor(workerData as SharedArrayBuffer);
const runners = new Map<number, BranchRunner>();

function send(message: FromHelper, memory: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, memory);
}

/** Tells the monitor whose code is entered: its channels are orders here. */
function callsOf(order: number): UserCalls {
  return {
    enter: (operator) => {
      monitor.enter(order, operator);
    },
    leave: () => {
      monitor.leave();
    },
  };
}

async function run({ order, piece, time, records }: Extract<ToHelper, { type: 'piece' }>): Promise<void> {
  try {
    const received = unpackPiece(records);
    const result = await runners.get(order)?.run(received, time);
    const packed = result === undefined ? undefined : packResult(result, received);
    if (packed !== undefined) {
      send({ type: 'result', piece, result: packed }, memoryOfResult(packed));
      return;
    }
  } catch {
    // Whoever sent it finds out for itself what is wrong with it.
  }
  send({ type: 'undone', piece });
}

async function carryOut(message: ToHelper): Promise<void> {
  switch (message.type) {
    case 'order':
      runners.set(message.order, new BranchRunner(message.plan, message.branch, message.options, callsOf(message.order)));
      break;
    case 'forget':
      runners.delete(message.order);
      break;
    case 'piece':
      await run(message);
      break;
  }
}

// User code may start something that nobody waits for; its failure must not take the thread down.
process.on('unhandledRejection', (reason) => {
  const { channel, operator } = monitor.last;
  send({ type: 'background', order: channel, operator, reason: textOf(reason) });
});

let turns: Promise<void> = Promise.resolve();

port.on('message', (message: ToHelper) => {
  // One after the other, so that the monitor knows whose code runs.
  turns = turns.then(() => carryOut(message)).catch(() => {
    // An order that cannot be prepared: its pieces come back undone.
  });
});
