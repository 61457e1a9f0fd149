/** The entry point of a graph's own thread: runs a GraphRunner and speaks the protocol. */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../../ports/node/SystemClock';
import type { OutputEvent } from '../Engine';
import { asGraphProblem, GraphRunner } from '../GraphRunner';
import { portableRecords } from '../portableRecords';
import type { FromGraph, ToGraph } from './protocol';

const port = parentPort;
if (port === null) throw new Error('This file is the entry point of a worker thread and does nothing elsewhere.');

const waitingForTaken: (() => void)[] = [];

function send(message: FromGraph): void {
  port?.postMessage(message);
}

async function output(event: OutputEvent): Promise<void> {
  const taken = new Promise<void>((resolve) => waitingForTaken.push(resolve));
  try {
    send({ type: 'output', event });
  } catch {
    // Something in it cannot go to another thread; find out what, and send the rest.
    const portable = portableRecords(event, structuredClone);
    if (portable.problem !== undefined) send({ type: 'problem', problem: portable.problem });
    send({ type: 'output', event: portable.event });
  }
  await taken;
}

const runner = new GraphRunner(new SystemClock(), {
  output,
  batch: (event) => {
    send({ type: 'batch', event });
  },
  problem: (problem) => {
    send({ type: 'problem', problem });
  },
  progress: (event) => {
    send({ type: 'progress', event });
  },
  log: (event) => {
    send({ type: 'log', event });
  },
  failed: (problem) => {
    send({ type: 'failed', problem });
  },
});

async function answer(message: Exclude<ToGraph, { type: 'taken' }>): Promise<void> {
  try {
    switch (message.type) {
      case 'start':
        await runner.start(message.plan, message.options);
        break;
      case 'stop':
        for (const resume of waitingForTaken.splice(0)) resume();
        await runner.stop();
        break;
      case 'offer':
        send({ type: 'answer', request: message.request, result: runner.offer(message.receiver, message.messages) });
        return;
      case 'update':
        send({ type: 'answer', request: message.request, result: await runner.update(message.plan, message.options) });
        return;
    }
    send({ type: 'answer', request: message.request, result: undefined });
  } catch (thrown) {
    const plan = 'plan' in message ? message.plan : { version: 1 as const, graph: '', batchInterval: 0, operators: [] };
    send({ type: 'refusal', request: message.request, problem: asGraphProblem(thrown, plan) });
  }
}

port.on('message', (message: ToGraph) => {
  if (message.type === 'taken') waitingForTaken.shift()?.();
  else void answer(message);
});
