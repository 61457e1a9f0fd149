import { SystemClock } from '../../ports/node/SystemClock';
import type { CallMonitor } from '../CallMonitor';
import { NODE_STORAGE } from '../durable/Storage';
import type { OutputEvent, SampleWish } from '../Engine';
import { asGraphProblem } from '../graphProblems';
import { GraphRunner } from '../GraphRunner';
import type { Helpers } from '../parallel/Helpers';
import { REAL_PLACES } from '../Places';
import { portableRecords } from '../portableRecords';
import type { FromGraph, Question, ToGraph } from './protocol';

/** Runs one graph for somebody in another thread: the far end of the protocol. */
export class GraphServer {
  readonly #send: (message: FromGraph) => void;
  readonly #runner: GraphRunner;
  /** Outputs that were sent and wait to be taken. */
  #isStopping = false;
  readonly #untaken: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  /**
   * @param channel names this graph among those of its thread, for the monitor
   * @param send throws where something in the message cannot leave this thread
   * @param onBatch called after every batch
   * @param helpers threads that share the work
   */
  constructor(
    channel: number, monitor: CallMonitor, send: (message: FromGraph) => void, onBatch: () => void, helpers: Helpers | undefined,
  ) {
    this.#send = send;
    this.#runner = new GraphRunner(
      new SystemClock(),
      {
        output: (event) => this.#output(event),
        batch: (event) => {
          send({ type: 'batch', event });
          onBatch();
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
        described: (event) => {
          send({ type: 'described', event });
        },
        failed: (problem) => {
          send({ type: 'failed', problem });
        },
      },
      {
        enter: (operator) => {
          monitor.enter(channel, operator);
        },
        leave: () => {
          monitor.leave();
        },
      },
      NODE_STORAGE,
      REAL_PLACES,
      helpers,
    );
  }

  receive(message: ToGraph): void {
    if (message.type === 'taken') this.#untaken.shift()?.resolve();
    else if (message.type === 'hold') this.#runner.hold();
    else if (message.type === 'release') this.#runner.release();
    else if (message.type === 'sample') this.#look(message.wish);
    else void this.#answer(message);
  }

  #look(wish: SampleWish): void {
    this.#runner.samples.look(wish, (event) => {
      this.#send({ type: 'samples', event });
    });
  }

  async #answer(message: Question): Promise<void> {
    try {
      this.#send({ type: 'answer', request: message.request, result: await this.#carryOut(message) });
    } catch (thrown) {
      const plan = 'plan' in message ? message.plan : { version: 1 as const, graph: '', batchInterval: 0, operators: [] };
      this.#send({ type: 'refusal', request: message.request, problem: asGraphProblem(thrown, plan) });
    }
  }

  async #carryOut(message: Question): Promise<Extract<FromGraph, { type: 'answer' }>['result']> {
    switch (message.type) {
      case 'start':
        await this.#runner.start(message.plan, message.options);
        return undefined;
      case 'update':
        return this.#runner.update(message.plan, message.options);
      case 'offer':
        return this.#runner.offer(message.receiver, message.messages);
      case 'checkpoint':
        await this.#runner.checkpoint(message.savepoint);
        return undefined;
      case 'stop':
        this.#isStopping = true;
        for (const { reject } of this.#untaken.splice(0)) reject(notTaken());
        return this.#runner.stop();
    }
  }

  async #output(event: OutputEvent): Promise<void> {
    if (this.#isStopping) throw notTaken();
    const taken = new Promise<void>((resolve, reject) => this.#untaken.push({ resolve, reject }));
    // It may be rejected before it is waited for.
    taken.catch(() => undefined);
    const { event: portable, problem, bytes } = portableRecords(event, (payload) => payload);
    if (problem !== undefined) this.#send({ type: 'problem', problem });
    try {
      this.#send({ type: 'output', event: portable, bytes });
    } catch {
      // Something rarer in it cannot be sent: a promise, say. Copies tell which payload it is.
      const copied = portableRecords(portable, structuredClone);
      if (copied.problem !== undefined) this.#send({ type: 'problem', problem: copied.problem });
      this.#send({ type: 'output', event: copied.event, bytes });
    }
    await taken;
  }

  /** User code did something in the background that failed; nobody waited for it. */
  backgroundFailure(operator: number, thrown: unknown): void {
    this.#runner.backgroundFailure(operator, thrown);
  }
}

/** A batch whose output nobody takes has not ended: a graph with a checkpoint runs it again at its next start. */
function notTaken(): Error {
  return new Error('The graph stopped before its output was taken.');
}
