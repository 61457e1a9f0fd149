import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Death, GraphHost, GraphLink, GraphListener } from './GraphLink';
import type { ThreadOptions } from './GraphThread';
import type { FromProcess, ToGraph, ToProcess } from './protocol';

/** A process of its own that runs one graph or several. */
export class GraphProcess implements GraphHost {
  readonly #process: ChildProcess;
  readonly #listeners = new Map<number, GraphListener>();
  #nextChannel = 0;
  #alive = true;

  constructor(options: ThreadOptions) {
    this.#process = fork(join(__dirname, 'processMain.js'), [JSON.stringify(options)], {
      serialization: 'advanced',
      // Not those of Node-RED: an inspector port, say, can be used once.
      execArgv: [],
    });
    this.#process.on('message', (message: FromProcess) => {
      const listener = this.#listeners.get(message.channel);
      if ('message' in message) {
        listener?.received(message.message);
        return;
      }
      this.#listeners.delete(message.channel);
      listener?.died(message.death);
      // Whoever starts again asks for a place again.
      if (this.#listeners.size === 0) void this.#end();
    });
    this.#process.on('error', (error) => {
      this.#died({ kind: 'crashed', reason: `its process could not be started: ${error.message}` });
    });
    this.#process.on('exit', (code, signal) => {
      this.#died({ kind: 'crashed', reason: `its process ended with ${signal ?? `code ${String(code)}`}` });
    });
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  open(listener: GraphListener): GraphLink {
    const channel = this.#nextChannel++;
    this.#listeners.set(channel, listener);
    return {
      send: (message: ToGraph) => {
        this.#send({ channel, message });
      },
      close: async () => {
        this.#listeners.delete(channel);
        this.#send({ channel, close: true });
        if (this.#listeners.size === 0) await this.#end();
      },
    };
  }

  #send(message: ToProcess): void {
    if (this.#alive && this.#process.connected) this.#process.send(message);
  }

  #died(death: Death): void {
    if (!this.#alive) return;
    this.#alive = false;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.died(death);
  }

  async #end(): Promise<void> {
    if (!this.#alive) return;
    this.#alive = false;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    // Its graphs have been stopped; there is nothing left in it that a gentler end would save.
    this.#process.kill('SIGKILL');
    await ended;
  }
}
