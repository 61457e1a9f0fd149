import type { Operator, Plan, SinkOperator } from '../plan/Plan';
import type { SinkHost } from '../sinks/Sink';
import { sinkIdentity } from './createSink';
import type { DurableGraph } from './durable/DurableGraph';
import { undelivered } from './graphProblems';
import type { PartsHost } from './Receivers';
import { SinkRuntime } from './SinkRuntime';

/** The sinks of a running graph that send records out of Node-RED, with what they have not delivered, from plan to plan. */
export class Sinks {
  readonly #host: PartsHost;
  readonly #runtimes = new Map<string, SinkRuntime>();
  #durable: DurableGraph | undefined;

  constructor(host: PartsHost) {
    this.#host = host;
  }

  /** From now on what they have is noted there, or nowhere. */
  keepIn(durable: DurableGraph | undefined): void {
    this.#durable = durable;
  }

  get all(): ReadonlyMap<string, SinkRuntime> {
    return this.#runtimes;
  }

  get(id: string): SinkRuntime {
    return this.#runtimes.get(id) ?? new SinkRuntime(this.#host.clock);
  }

  /**
   * Those of a plan, and no others. Tells what those that go had not delivered.
   * @param successor as for `run`
   */
  async be(plan: Plan, successor?: Plan): Promise<void> {
    const wanted = new Set(outsideOf(plan).map(({ id }) => id));
    const led = new Set(outsideOf(successor ?? plan).map(({ id }) => id));
    // One that led nowhere any more, and does again, begins anew.
    const dropped = [...this.#runtimes].filter(([id, { hasEnded }]) => !wanted.has(id) || (hasEnded && led.has(id)));
    for (const [id] of dropped) this.#runtimes.delete(id);
    await Promise.all(dropped.map(async ([id, sink]) => {
      await sink.stop();
      this.#host.figures(id).source = undefined;
      this.#durable?.giveUp(id);
      if (sink.undelivered > 0) this.#host.problem(undelivered(id, sink.undelivered));
    }));
    for (const id of wanted) if (!this.#runtimes.has(id)) this.#runtimes.set(id, new SinkRuntime(this.#host.clock));
  }

  /**
   * Lets them run.
   * @param successor the drawing that goes on after this one, where only interrupted batches of a former one run
   */
  async run(plan: Plan, secrets: Readonly<Record<string, unknown>>, successor?: Plan): Promise<void> {
    await Promise.all(outsideOf(plan).map(async (operator) => {
      const today = successor === undefined ? operator : asToday(operator, successor);
      // Nothing leads there any more: what it would get is counted, and told when the successor runs.
      await (today === undefined ? this.#runtimes.get(operator.id)?.stop() : this.#run(today, secrets));
    }));
  }

  async #run(operator: SinkOperator, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    const runtime = this.#runtimes.get(operator.id);
    if (runtime === undefined) return;
    const identity = sinkIdentity(operator, secrets);
    const figures = this.#host.figures(operator.id);
    if (!runtime.isMadeFrom(identity)) figures.source = undefined;
    const host: SinkHost = {
      status: (status) => {
        figures.source = status;
        // Its batch may last: what was dropped before is told now.
        if (status.state !== 'running') this.#host.tellFailures();
        this.#host.changed();
      },
      problem: (problem) => {
        this.#host.problem({ ...problem, nodeId: operator.id });
      },
    };
    await runtime.run(identity, () => this.#host.places.sink(operator, secrets, host, this.#host.clock));
  }

  /** From now on nobody waits longer for a batch than what is under way may need. */
  letGo(): void {
    for (const sink of this.#runtimes.values()) sink.letGo();
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runtimes.values()].map((sink) => sink.stop()));
  }

  /** Records that were handed over and have neither arrived nor been refused. */
  get undelivered(): number {
    return [...this.#runtimes.values()].reduce((sum, sink) => sum + sink.undelivered, 0);
  }

  /** Tells what was not delivered, and will not be. */
  tellUndelivered(): void {
    for (const [id, sink] of this.#runtimes) if (sink.undelivered > 0) this.#host.problem(undelivered(id, sink.undelivered));
  }

  /** Forgets all of them; they were stopped. */
  clear(): void {
    this.#runtimes.clear();
  }
}

function outsideOf(plan: Plan): SinkOperator[] {
  return plan.operators.filter(leadsOutside);
}

/**
 * A sink of a former drawing, leading to where the drawing of today has it lead: that may be what mends it, and addresses and
 * passwords of before are kept nowhere. Files stay the same, for they alone tell what is in them already. Undefined where it leads
 * nowhere any more.
 */
function asToday(operator: SinkOperator, today: Plan): SinkOperator | undefined {
  if (!('connection' in operator.parameters.target)) return operator;
  const same = outsideOf(today).find(({ id }) => id === operator.id);
  return same === undefined ? undefined : { ...operator, parameters: { ...operator.parameters, target: same.parameters.target } };
}

/** Whether an operator is a sink to a place outside of Node-RED, to which a connection is kept. */
function leadsOutside(operator: Operator): operator is SinkOperator {
  return operator.type === 'sink' && operator.parameters.target.kind !== 'flow';
}
