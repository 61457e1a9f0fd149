import { totalmem } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CallMonitor } from '../CallMonitor';
import type { Parallelism } from '../parallel/Helpers';
import type { Death, GraphHost, GraphLink, GraphListener } from './GraphLink';
import type { ThreadData } from './threadMain';
import type { FromChannel, ToChannel } from './protocol';
import { Watchdog } from './Watchdog';

const MEGABYTE = 1024 * 1024;

/** MB of JavaScript heap for a thread when nothing else is said: a quarter of the machine, between these two. */
const LEAST_DEFAULT_HEAP = 128;
const MOST_DEFAULT_HEAP = 2048;

export interface ThreadOptions {
  /** MB of JavaScript heap, and as many outside of it. A quarter of the machine's memory when left out, 2,048 at most. */
  readonly heapLimit?: number | undefined;
  /** ms that one call of user code may take. */
  readonly hangLimit: number;
  /** How many threads run each graph, this one among them. 1 when left out. */
  readonly parallelism?: Parallelism;
}

/** A worker thread that runs one graph or several, watched from here. */
export class GraphThread implements GraphHost {
  readonly #worker: Worker;
  readonly #watchdog: Watchdog;
  readonly #listeners = new Map<number, GraphListener>();
  #nextChannel = 0;
  #ending: Promise<unknown> | undefined;

  constructor(options: ThreadOptions) {
    const monitor = new CallMonitor();
    const heapLimit = options.heapLimit ?? defaultHeapLimit();
    this.#worker = new Worker(join(__dirname, 'threadMain.js'), {
      name: 'dstream',
      workerData: {
        monitor: monitor.memory,
        outsideLimit: heapLimit * MEGABYTE,
        parallelism: options.parallelism ?? 1,
        helpers: { heapLimit, hangLimit: options.hangLimit },
      } satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: heapLimit },
    });
    this.#worker.on('message', (message: FromChannel) => {
      this.#received(message);
    });
    this.#worker.on('error', (error: Error & { code?: string }) => {
      this.#end(() =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { kind: 'memory', operator: undefined, reason: `its JavaScript heap needed more than ${String(heapLimit)} MB` }
          : { kind: 'crashed', reason: `its thread ended: ${error.message}` },
      );
    });
    this.#worker.on('messageerror', (error) => {
      this.#end(() => ({ kind: 'crashed', reason: `a message from it could not be read: ${error.message}` }));
    });
    this.#worker.on('exit', (code) => {
      this.#end(() => ({ kind: 'crashed', reason: `its thread ended with code ${String(code)}` }));
    });
    this.#watchdog = new Watchdog(monitor, options.hangLimit, {
      hung: ({ channel, operator }, milliseconds) => {
        this.#end((other) => ({ kind: 'hung', operator: other === channel ? operator : undefined, milliseconds }));
      },
      grown: ({ channel, operator }, bytes) => {
        const reason = `one call took ${String(Math.round(bytes / MEGABYTE))} MB and went on`;
        this.#end((other) => ({ kind: 'memory', operator: other === channel ? operator : undefined, reason }));
      },
    });
  }

  get isAlive(): boolean {
    return this.#ending === undefined;
  }

  open(listener: GraphListener): GraphLink {
    const channel = this.#nextChannel++;
    this.#listeners.set(channel, listener);
    return {
      send: (message) => {
        if (this.isAlive) this.#worker.postMessage({ channel, message } satisfies ToChannel);
      },
      close: async () => {
        this.#listeners.delete(channel);
        if (this.#listeners.size === 0) await this.#terminate();
      },
    };
  }

  #received(message: FromChannel): void {
    if ('overgrown' in message) {
      const reason = `it held ${String(Math.round(message.overgrown / MEGABYTE))} MB outside the JavaScript heap`;
      this.#end(() => ({ kind: 'memory', operator: undefined, reason }));
    } else {
      this.#listeners.get(message.channel)?.received(message.message);
    }
  }

  /** Ends the thread and tells every graph in it, once. */
  #end(death: (channel: number) => Death): void {
    if (!this.isAlive) return;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    void this.#terminate();
    for (const [channel, listener] of listeners) listener.died(death(channel));
  }

  #terminate(): Promise<unknown> {
    this.#watchdog.stop();
    this.#ending ??= this.#worker.terminate();
    return this.#ending;
  }
}

function defaultHeapLimit(): number {
  return Math.min(MOST_DEFAULT_HEAP, Math.max(LEAST_DEFAULT_HEAP, Math.floor(totalmem() / MEGABYTE / 4)));
}
