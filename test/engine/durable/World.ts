import type { BatchEvent, DurabilityFigures, OfferedMessage, OutputRecord, RunOptions } from '../../../src/engine/Engine';
import type { Storage } from '../../../src/engine/durable/Storage';
import type { Helpers } from '../../../src/engine/parallel/Helpers';
import { type Places, REAL_PLACES } from '../../../src/engine/Places';
import { GraphRunner } from '../../../src/engine/GraphRunner';
import type { CheckpointOperator, Operator, Plan } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/ports/ManualClock';
import { SeededRandom } from '../../support/simulation/SeededRandom';
import { SimulatedDisk } from '../../support/simulation/SimulatedDisk';
import { from, OPTIONS, planOf } from '../plans';

/** What a sink got for one batch. */
export interface Output {
  readonly operator: string;
  readonly time: number;
  readonly records: readonly OutputRecord[];
}

export function checkpoint(id: string, input: string, change: Partial<CheckpointOperator['parameters']> = {}): CheckpointOperator {
  return {
    id, type: 'checkpoint', inputs: from(input),
    parameters: { path: '/data', interval: 3000, sync: { kind: 'group' }, logLimit: 1e9, retention: 1e9, ...change },
  };
}

export function durablePlan(operators: readonly Operator[], batchInterval = 1000): Plan {
  return { ...planOf(operators, batchInterval), graph: 'keeper' };
}

/** A disk that outlives processes, and one process after another that runs a graph on it. */
export class World {
  /** Of the process that runs. */
  clock = new ManualClock(1_000_000);
  readonly disk: SimulatedDisk;
  /** What the processes put out, one after the other. */
  readonly outputs: Output[] = [];
  readonly problems: Problem[] = [];
  readonly failures: Problem[] = [];
  readonly warnings: string[] = [];
  readonly batches: BatchEvent[] = [];
  durability: DurabilityFigures | undefined;
  /** Whether outputs are never taken, as where a batch hangs. */
  hangs = false;
  /** How long it takes until an output is taken, ms. */
  slowness = 0;
  /** How long it takes until a checkpoint that is being made has its next turn. */
  turn: () => Promise<void> = () => Promise.resolve();
  /** What receivers and sinks of the next process lead to. */
  places: Places = REAL_PLACES;
  /** Threads that share the work of the next process. */
  helpers: Helpers | undefined;
  /** Whether a process is seen to have ended as soon as another one begins. */
  isGone = true;
  #runner: GraphRunner | undefined;
  #life = 0;

  constructor(seed = 1) {
    this.disk = new SimulatedDisk(new SeededRandom(seed));
  }

  get runner(): GraphRunner {
    if (this.#runner === undefined) throw new Error('Nothing runs.');
    return this.#runner;
  }

  /** Starts a process. */
  async start(plan: Plan, change: Partial<RunOptions> = {}): Promise<void> {
    const life = ++this.#life;
    const isAlive = (): boolean => life === this.#life;
    const storage: Storage = {
      disk: () => this.disk.connect(),
      owner: () => ({ id: String(life), host: 'here', boot: 'boot', process: life, processStart: '' }),
      isGone: (owner) => this.isGone && owner.id !== String(this.#life),
      turn: () => this.turn(),
    };
    this.#runner = new GraphRunner(this.clock, {
      batch: (event) => {
        if (isAlive()) this.batches.push(event);
      },
      output: ({ operator, batchTime, records }) => {
        if (!isAlive() || this.hangs) return new Promise(() => undefined);
        this.outputs.push({ operator, time: batchTime, records });
        return this.slowness === 0 ? undefined : this.clock.sleep(this.slowness);
      },
      problem: (problem) => {
        if (isAlive()) this.problems.push(problem);
      },
      progress: ({ durability }) => {
        if (isAlive()) this.durability = durability;
      },
      log: ({ text }) => {
        if (isAlive()) this.warnings.push(text);
      },
      described: () => undefined,
      failed: (problem) => {
        if (isAlive()) this.failures.push(problem);
      },
    }, undefined, storage, this.places, this.helpers);
    await this.#runner.start(plan, { ...OPTIONS, ...change });
  }

  offer(messages: readonly OfferedMessage[], receiver = 'in'): Promise<number> {
    return this.runner.offer(receiver, messages);
  }

  /** The process is no more. */
  kill(kind: 'kill' | 'power' = 'kill'): void {
    this.#life++;
    this.disk.crash(kind);
    // What still hangs of it must not hold the time up.
    this.clock = new ManualClock(this.clock.now());
  }

  async stop(): Promise<number> {
    return this.runner.stop();
  }

  /** The payloads that a sink got, batch by batch; what came again for the same batch counts once, and must be the same. */
  once(operator: string): Map<number, unknown[]> {
    const seen = new Map<number, unknown[]>();
    for (const output of this.outputs) {
      if (output.operator !== operator) continue;
      const payloads = output.records.map(({ payload }) => payload);
      const before = seen.get(output.time);
      if (before !== undefined && JSON.stringify(before) !== JSON.stringify(payloads)) {
        throw new Error(`Batch ${String(output.time)} gave ${JSON.stringify(before)} first, and ${JSON.stringify(payloads)} later.`);
      }
      seen.set(output.time, payloads);
    }
    return seen;
  }
}
