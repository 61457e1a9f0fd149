import type { Clock } from '../ports/Clock';
import { copyValue } from '../expressions';
import type { Plan } from '../plan/Plan';
import type { OfferedMessage, Query, QueryEvents, RunOptions, SampleWish, UpdateReport } from './Engine';
import { asGraphProblem } from './graphProblems';
import { GraphRunner } from './GraphRunner';
import { portableRecords } from './portableRecords';
import { QueryEmitter } from './QueryEmitter';
import { checkAccepted, checkWanted } from './RefusedError';

/** A query that runs in the thread that asked for it: for tests, and for machines too small for a second thread. */
export class InlineQuery implements Query {
  readonly started: Promise<void>;
  readonly #emitter = new QueryEmitter();
  readonly #runner: GraphRunner;
  #stopping: Promise<number> | undefined;
  /** Starts and updates, one after the other. */
  #changes: Promise<unknown>;

  constructor(plan: Plan, options: RunOptions, clock: Clock) {
    const emitter = this.#emitter;
    this.#runner = new GraphRunner(clock, {
      batch: (event) => {
        emitter.emit('batch', event);
      },
      output: async (event) => {
        // Whoever gets it may change it, and windows still hold it: so a copy.
        const portable = portableRecords(event, copyValue);
        if (portable.problem !== undefined) emitter.emit('problem', portable.problem);
        const taken = emitter.output(portable.event);
        if (taken !== undefined) await taken;
        // Lets everything else in this thread have a turn before the next piece.
        else if (!event.last) await new Promise((resolve) => setImmediate(resolve));
      },
      problem: (problem) => {
        emitter.emit('problem', problem);
      },
      progress: (event) => {
        emitter.emit('progress', event);
      },
      log: (event) => {
        emitter.emit('log', event);
      },
      described: (description) => {
        emitter.emit('described', description);
      },
      failed: (problem) => {
        emitter.emit('failed', problem);
        void this.stop();
      },
    });
    // Not before the caller has had a chance to listen.
    this.started = Promise.resolve().then(() => this.#runner.start(plan, options));
    this.#changes = this.started.catch(async (thrown: unknown) => {
      emitter.emit('failed', asGraphProblem(thrown, plan));
      await this.stop();
    });
  }

  on<Name extends keyof QueryEvents>(name: Name, listener: (...args: QueryEvents[Name]) => unknown): void {
    this.#emitter.on(name, listener);
  }

  update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    const update = this.#changes.then(() => this.#runner.update(plan, options));
    this.#changes = update.catch(() => undefined);
    return update;
  }

  offer(receiver: string, messages: readonly OfferedMessage[], signal?: AbortSignal): Promise<void> {
    return this.#changes.then(async () => {
      checkWanted(signal);
      checkAccepted(await this.#runner.offer(receiver, messages), messages.length);
    });
  }

  checkpoint(savepoint?: string): Promise<void> {
    return this.#changes.then(() => this.#runner.checkpoint(savepoint));
  }

  sample(wish: SampleWish): void {
    this.#runner.samples.look(wish, (event) => {
      this.#emitter.emit('samples', event);
    });
  }

  pause(): void {
    this.#emitter.pause();
  }

  resume(): void {
    this.#emitter.resume();
  }

  hold(): void {
    this.#runner.hold();
  }

  release(): void {
    this.#runner.release();
  }

  stop(): Promise<number> {
    this.#stopping ??= this.#runner.stop().finally(() => {
      this.#emitter.silence();
    });
    return this.#stopping;
  }
}
