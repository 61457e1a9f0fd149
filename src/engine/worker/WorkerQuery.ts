import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Plan } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { OfferedMessage, Query, QueryEvents, RunOptions, UpdateReport } from '../Engine';
import { EngineProblem } from '../EngineProblem';
import { QueryEmitter } from '../QueryEmitter';
import { checkAccepted, RefusedError } from '../RefusedError';
import type { FromGraph, ToGraph } from './protocol';
import { withBuffers } from './withBuffers';

/** How long a graph may take to end before its thread is ended, ms. */
const STOP_PATIENCE = 3000;

interface Request {
  resolve(result: UpdateReport | number | undefined): void;
  reject(error: Error): void;
}

type Asking<Message> = Message extends { readonly request: number } ? Omit<Message, 'request'> : never;

/** A query that runs in a worker thread of its own, so that nothing it does holds up Node-RED. */
export class WorkerQuery implements Query {
  readonly started: Promise<void>;
  readonly #graph: string;
  readonly #worker: Worker;
  readonly #emitter = new QueryEmitter();
  readonly #requests = new Map<number, Request>();
  #nextRequest = 0;
  #stopping: Promise<void> | undefined;
  #ended = false;

  /** @param heapLimit MB of JavaScript heap for the worker; Node's own default when undefined */
  constructor(plan: Plan, options: RunOptions, heapLimit: number | undefined) {
    this.#graph = plan.graph;
    this.#worker = new Worker(join(__dirname, 'graphWorker.js'), {
      name: `dstream ${plan.graph}`,
      ...(heapLimit === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimit } }),
    });
    this.#worker.on('message', (message: FromGraph) => {
      this.#received(message);
    });
    this.#worker.on('error', (error) => {
      this.#died(`its thread ended: ${error.message}`);
    });
    this.#worker.on('exit', (code) => {
      this.#died(`its thread ended with code ${String(code)}`);
    });
    this.started = this.#ask({ type: 'start', plan, options }).then(() => undefined);
    this.started.catch((thrown: unknown) => {
      if (thrown instanceof EngineProblem) this.#emitter.emit('failed', thrown.problem);
      void this.stop();
    });
  }

  on<Name extends keyof QueryEvents>(name: Name, listener: (...args: QueryEvents[Name]) => void): void {
    this.#emitter.on(name, listener);
  }

  async update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    return (await this.#ask({ type: 'update', plan, options })) as UpdateReport;
  }

  async offer(receiver: string, messages: readonly OfferedMessage[]): Promise<void> {
    if (this.#ended) throw new RefusedError('The graph is not running.', 0);
    checkAccepted((await this.#ask({ type: 'offer', receiver, messages })) as number, messages.length);
  }

  pause(): void {
    this.#emitter.pause();
  }

  resume(): void {
    this.#emitter.resume();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (this.#ended) return;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_PATIENCE);
    });
    await Promise.race([this.#ask({ type: 'stop' }).catch(() => undefined), patience]);
    clearTimeout(timer);
    this.#ended = true;
    await this.#worker.terminate();
    this.#emitter.silence();
  }

  #ask(message: Asking<ToGraph>): Promise<UpdateReport | number | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new RefusedError('The graph is not running.', 0));
        return;
      }
      const request = this.#nextRequest++;
      this.#requests.set(request, { resolve, reject });
      try {
        this.#worker.postMessage({ ...message, request });
      } catch (thrown) {
        this.#requests.delete(request);
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
  }

  #received(message: FromGraph): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.request)?.resolve(message.result);
        break;
      case 'refusal':
        this.#take(message.request)?.reject(new EngineProblem(message.problem));
        break;
      case 'output':
        this.#emitter.output(withBuffers(message.event));
        // A turn for everything else in this thread before the next piece may come.
        setImmediate(() => {
          if (!this.#ended) this.#worker.postMessage({ type: 'taken' } satisfies ToGraph);
        });
        break;
      case 'failed':
        this.#emitter.emit('failed', message.problem);
        void this.stop();
        break;
      case 'problem':
        this.#emitter.emit('problem', message.problem);
        break;
      case 'batch':
        this.#emitter.emit('batch', message.event);
        break;
      case 'progress':
        this.#emitter.emit('progress', message.event);
        break;
      case 'log':
        this.#emitter.emit('log', message.event);
        break;
    }
  }

  #take(request: number): Request | undefined {
    const found = this.#requests.get(request);
    this.#requests.delete(request);
    return found;
  }

  #died(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const problem: Problem = {
      nodeId: this.#graph,
      code: 'worker-died',
      what: `The graph stopped because ${why}.`,
      why: 'What it held in memory is lost with its thread.',
      fix: 'If it ran out of memory, raise the heap limit of its engine node or keep less in its windows; then deploy.',
    };
    for (const request of this.#requests.values()) request.reject(new EngineProblem(problem));
    this.#requests.clear();
    this.#emitter.emit('failed', problem);
    this.#emitter.silence();
  }
}
