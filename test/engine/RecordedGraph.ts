import type {
  BatchEvent, OperatorProgress, OutputEvent, PlanDescription, ProgressEvent, RunOptions, UpdateReport,
} from '../../src/engine/Engine';
import { GraphRunner } from '../../src/engine/GraphRunner';
import type { Helpers } from '../../src/engine/parallel/Helpers';
import type { Plan } from '../../src/plan/Plan';
import type { Problem } from '../../src/plan/Problem';
import { ManualClock } from '../../src/streaming';
import { OPTIONS } from './plans';

/** A graph on a clock of its own, and all that it told. */
export class RecordedGraph {
  readonly clock: ManualClock;
  readonly runner: GraphRunner;
  readonly batches: BatchEvent[] = [];
  readonly outputs: OutputEvent[] = [];
  readonly problems: Problem[] = [];
  readonly failures: Problem[] = [];
  readonly progress: ProgressEvent[] = [];
  readonly descriptions: PlanDescription[] = [];
  /** How long it takes until an output is taken, ms. */
  slowness = 0;
  /** When set, what a sink is given is not taken, because of it. */
  outputError: Error | undefined;

  constructor(clock = new ManualClock(0), helpers?: Helpers) {
    this.clock = clock;
    this.runner = new GraphRunner(clock, {
      batch: (event) => this.batches.push(event),
      output: async (event) => {
        if (this.slowness > 0) await this.clock.sleep(this.slowness);
        if (this.outputError !== undefined) throw this.outputError;
        this.outputs.push(event);
      },
      problem: (problem) => this.problems.push(problem),
      progress: (event) => this.progress.push(event),
      log: () => undefined,
      described: (description) => this.descriptions.push(description),
      failed: (problem) => this.failures.push(problem),
    }, undefined, undefined, undefined, helpers);
  }

  static async started(plan: Plan, options: RunOptions = OPTIONS, clock?: ManualClock): Promise<RecordedGraph> {
    const graph = new RecordedGraph(clock);
    await graph.runner.start(plan, options);
    return graph;
  }

  update(plan: Plan, options: RunOptions = OPTIONS): Promise<UpdateReport> {
    return this.runner.update(plan, options);
  }

  /** Offers a message of the topic `a` for each payload. @returns how many were taken */
  offer(payloads: readonly unknown[], receiver = 'in'): Promise<number> {
    return this.runner.offer(receiver, payloads.map((payload) => ({ topic: 'a', payload })));
  }

  /** Payloads by sink and batch time, as they came. */
  get results(): [operator: string, time: number, payloads: unknown[]][] {
    return this.outputs.map(({ operator, batchTime, records }) => [operator, batchTime, records.map(({ payload }) => payload)]);
  }

  /** What was told last of an operator. */
  operator(id: string): OperatorProgress | undefined {
    return this.progress.at(-1)?.operators[id];
  }
}
