import { dirname, join } from 'node:path';
import type { LogEvent, OfferedMessage, OperatorProgress, OutputEvent, RunOptions, SampleEvent, SampleWish } from '../../../src/engine/Engine';
import { GraphRunner } from '../../../src/engine/GraphRunner';
import type { Helpers } from '../../../src/engine/parallel/Helpers';
import type { Operator } from '../../../src/plan/Plan';
import type { Problem } from '../../../src/plan/Problem';
import { ManualClock } from '../../../src/ports/ManualClock';
import { OPTIONS, planOf } from '../plans';

const utilPath = join(dirname(require.resolve('@node-red/util/package.json')));

/** Everything that somebody outside can see of a graph. */
export interface Seen {
  readonly outputs: OutputEvent[];
  readonly problems: Problem[];
  readonly lines: LogEvent[];
  readonly failures: Problem[];
  figures: Readonly<Record<string, OperatorProgress>>;
}

/** A graph in this thread, under a clock that is driven. */
export class ParallelGraph {
  readonly seen: Seen = { outputs: [], problems: [], lines: [], failures: [], figures: {} };
  readonly #clock = new ManualClock(0);
  readonly #runner: GraphRunner;

  /** @param helpers threads that share its work */
  constructor(helpers?: Helpers) {
    const { seen } = this;
    this.#runner = new GraphRunner(this.#clock, {
      output: (event) => {
        seen.outputs.push(event);
        return undefined;
      },
      batch: () => undefined,
      problem: (problem) => seen.problems.push(problem),
      progress: ({ operators }) => {
        // How long functions take is measured in this thread alone.
        seen.figures = Object.fromEntries(Object.entries(operators).map(([id, { microsecondsPerRecord: _, ...figures }]) => [id, figures]));
      },
      log: (event) => seen.lines.push(event),
      described: () => undefined,
      failed: (problem) => seen.failures.push(problem),
    }, undefined, undefined, undefined, helpers);
  }

  start(operators: readonly Operator[], options: RunOptions = { ...OPTIONS, utilPath }): Promise<void> {
    return this.#runner.start(planOf(operators), options);
  }

  look(wish: SampleWish, tell: (event: SampleEvent) => void): void {
    this.#runner.samples.look(wish, tell);
  }

  async update(operators: readonly Operator[]): Promise<void> {
    await this.#runner.update(planOf(operators), OPTIONS);
  }

  async batch(messages: readonly OfferedMessage[], receiver = 'in'): Promise<void> {
    await this.#runner.offer(receiver, messages);
    await this.pass();
  }

  async offer(messages: readonly OfferedMessage[], receiver: string): Promise<void> {
    await this.#runner.offer(receiver, messages);
  }

  /** Lets the batch interval pass. */
  pass(): Promise<void> {
    return this.#clock.advance(1000);
  }

  /** The payloads that a sink gave. */
  results(sink = 'out'): unknown[] {
    return this.seen.outputs.filter(({ operator }) => operator === sink).flatMap(({ records }) => records.map(({ payload }) => payload));
  }

  async stop(): Promise<void> {
    await this.#runner.stop();
  }
}

/** What one thread, or several, make of the same batches. */
export async function seenOf(operators: readonly Operator[], batches: readonly (readonly OfferedMessage[])[], helpers?: Helpers): Promise<Seen> {
  const graph = new ParallelGraph(helpers);
  await graph.start(operators);
  for (const batch of batches) await graph.batch(batch);
  await graph.stop();
  return graph.seen;
}
