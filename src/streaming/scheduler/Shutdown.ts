import type { Clock, Timer } from '../../ports/Clock';
import type { Log } from '../../ports/Log';
import type { InputDStream } from '../dstream/InputDStream';
import type { DStreamGraph } from '../DStreamGraph';
import type { JobGenerator } from './JobGenerator';
import type { JobScheduler } from './JobScheduler';

/** How long a stop that is not graceful waits for receivers and outputs to end, ms. */
const STOP_LIMIT = 10_000;

/** The ways in which the work of a program ends. */
export class Shutdown {
  readonly #graph: DStreamGraph;
  readonly #generator: JobGenerator;
  readonly #scheduler: JobScheduler;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(graph: DStreamGraph, generator: JobGenerator, scheduler: JobScheduler, clock: Clock, log: Log) {
    this.#graph = graph;
    this.#generator = generator;
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#log = log;
  }

  /** The outputs that run now end, no other begins; what does not end within ten seconds is left to itself, with a warning. */
  async halt(): Promise<void> {
    this.#giveUp();
    const inputs = this.#stopInputs();
    await this.#within(STOP_LIMIT, Promise.all([inputs.ended, this.#generator.replayed(), this.#scheduler.idle()]), () => {
      this.#log.warn(
        `The stop waited ${String(STOP_LIMIT)} ms, and leaves to itself what has not ended: ${this.#unended(inputs.open)}. ` +
          'Look for a promise there that is never settled.',
      );
    });
  }

  /** What was received is processed first, at batch times that may lie ahead of the clock, for at most `limit` ms. */
  async drain(limit: number): Promise<void> {
    const inputs = this.#stopInputs();
    this.#scheduler.resume();
    let isOver = false;
    const processed = inputs.ended.then(async () => {
      if (isOver) return;
      this.#generator.stopWhenDrained();
      await this.#generator.replayed();
      await this.#generator.idle();
      await this.#scheduler.idle();
    });
    await this.#within(limit, processed, () => {
      isOver = true;
      const given = this.#scheduler.pending;
      this.#log.warn(
        `The graceful stop was given up after ${String(limit)} ms: ${String(given)} batches had not been processed; ` +
          `it waited for ${this.#unended(inputs.open)}. Raise gracefulStopTimeout if that is too early.`,
      );
      this.#giveUp();
    });
  }

  /**
   * The batch that runs now ends; those that wait are given up, and what they were given goes back to the inputs. Of batches
   * that are run again, those that have not begun are left out; whoever wanted them still has them.
   */
  async hold(): Promise<void> {
    this.#generator.stop();
    // A batch may be in the making: whoever is called for that may have called this.
    await Promise.resolve();
    this.withdraw();
    await this.#generator.replayed();
    await this.#scheduler.idle();
  }

  /**
   * Gives up the batches that have not begun: what they were given goes back to the inputs.
   * @param failed a batch that could not be made, and is given up as well
   */
  withdraw(failed?: number): void {
    const unmade = this.#generator.withdraw();
    const first = this.#scheduler.withdraw() ?? failed ?? unmade;
    if (first !== undefined) this.#graph.takeBack(first);
  }

  /** Makes and begins nothing more. */
  #giveUp(): void {
    this.#generator.stop();
    this.#generator.withdraw();
    this.#scheduler.stop();
  }

  /** Asks all inputs to end. `open` tells which have not. */
  #stopInputs(): { readonly ended: Promise<unknown>; readonly open: ReadonlySet<InputDStream<unknown>> } {
    const open = new Set(this.#graph.inputs);
    const ended = Promise.all(
      this.#graph.inputs.map(async (input) => {
        await input.stop();
        open.delete(input);
      }),
    );
    return { ended, open };
  }

  /** Waits for work, for at most `limit` ms. */
  async #within(limit: number, work: Promise<unknown>, onOver: () => void): Promise<void> {
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.#clock.schedule(limit, () => {
        onOver();
        resolve();
      });
    });
    try {
      await Promise.race([work, over]);
    } finally {
      timer?.cancel();
    }
  }

  #unended(open: ReadonlySet<InputDStream<unknown>>): string {
    const inputs = [...open].map((input) => `the input ${String(input.id)} (${input.description})`);
    const batches = this.#scheduler.runningTimes.map((time) => `an output of the batch of ${String(time)} ms`);
    return [...inputs, ...batches].join(', ') || 'batches that came one after the other';
  }
}
