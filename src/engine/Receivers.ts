import type { Plan, ReceiverOperator } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import type { Clock } from '../ports/Clock';
import type { Source, SourceHost, StoredWith } from '../sources/Source';
import { sourceIdentity } from './createSource';
import type { RawRecord } from './DataRecord';
import type { DurableGraph } from './durable/DurableGraph';
import type { OfferedMessage } from './Engine';
import type { FailureReports } from './FailureReports';
import { bufferFull, logFull, sourceWaits, unkept } from './graphProblems';
import type { OperatorFigures } from './OperatorFigures';
import type { Places } from './Places';
import { type Keeping, type OrderCounter, ReceiverRuntime } from './ReceiverRuntime';

/** What the receivers of a graph need from it. */
export interface PartsHost {
  readonly clock: Clock;
  readonly places: Places;
  readonly failures: FailureReports;
  figures(operator: string): OperatorFigures;
  problem(problem: Problem): void;
  /** Figures have changed, and somebody may be waiting to see it. */
  changed(): void;
  /** What went wrong with single records is told now. */
  tellFailures(): void;
  /** The graph cannot go on. */
  failed(thrown: unknown): void;
}

/** The receivers of a running graph, from plan to plan. */
export class Receivers {
  readonly #host: PartsHost;
  readonly #order: OrderCounter = { next: 0 };
  #runtimes = new Map<string, ReceiverRuntime>();
  #durable: DurableGraph | undefined;
  /** What waited at receivers that were ended, for those that come in their place. */
  #handedOver: ReadonlyMap<string, readonly RawRecord[]> = new Map();

  constructor(host: PartsHost) {
    this.#host = host;
  }

  /** The next order coordinate. */
  get order(): number {
    return this.#order.next;
  }

  get all(): ReadonlyMap<string, ReceiverRuntime> {
    return this.#runtimes;
  }

  /** Begins with what the log has: from now on everything is kept there, or nowhere. */
  keepIn(durable: DurableGraph | undefined): void {
    this.#durable = durable;
    this.#order.next = Math.max(this.#order.next, durable?.order ?? 0);
  }

  get(id: string): ReceiverRuntime {
    return this.#runtimes.get(id) ?? this.#make(id);
  }

  /** Those of a plan, and no others. */
  async be(plan: Plan): Promise<void> {
    const wanted = new Set(receiversOf(plan).map(({ id }) => id));
    const dropped = [...this.#runtimes].filter(([id]) => !wanted.has(id));
    for (const [id] of dropped) this.#runtimes.delete(id);
    await Promise.all(dropped.map(([, receiver]) => receiver.stop()));
    for (const id of wanted) if (!this.#runtimes.has(id)) this.#runtimes.set(id, this.#make(id));
  }

  #make(id: string): ReceiverRuntime {
    const durable = this.#durable;
    const keeping: Keeping | undefined = durable === undefined ? undefined : {
      log: durable.receiver(id),
      unkept: (why) => {
        this.#host.figures(id).failed++;
        this.#host.failures.add(id, 'record-unkept', () => unkept(id, why));
      },
      unreadable: (thrown) => {
        this.#host.failed(thrown);
      },
    };
    return new ReceiverRuntime(this.#host.clock, this.#order, keeping);
  }

  /** Lets sources run. */
  async run(plan: Plan, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    await Promise.all(receiversOf(plan).map((operator) => this.#run(operator, secrets)));
  }

  async #run(operator: ReceiverOperator, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    const runtime = this.#runtimes.get(operator.id);
    if (runtime === undefined) return;
    const identity = sourceIdentity(operator, secrets);
    const figures = this.#host.figures(operator.id);
    if (!runtime.isMadeFrom(identity)) figures.source = undefined;
    const host: SourceHost = {
      store: (messages, also?: StoredWith) => {
        const stored = runtime.storeAll(messages, also);
        // What comes while it is ended waits because of that.
        if (runtime.held > 0 && !runtime.isStopped) {
          if (runtime.log === undefined) {
            this.#host.failures.add(operator.id, 'buffer-full', () => sourceWaits(operator, runtime.held));
          } else {
            this.#host.failures.add(operator.id, 'log-full', () => logFull(operator.id, 'the source waits and nothing of it is lost'));
          }
        }
        return stored;
      },
      ...(runtime.log === undefined ? {} : { log: runtime.log }),
      dropped: (count) => {
        figures.refused += count;
      },
      untilBatch: () => runtime.untilBatch,
      status: (status) => {
        figures.source = status;
        this.#host.changed();
      },
      problem: (problem) => {
        this.#host.problem({ ...problem, nodeId: operator.id });
      },
    };
    await runtime.run(identity, (): Source | undefined => this.#host.places.source(operator, secrets, host, this.#host.clock));
  }

  /** Takes messages for a receiver. @returns how many fitted, from the first on, once they are as safe as this graph makes them */
  async offer(id: string, messages: readonly OfferedMessage[]): Promise<number> {
    const runtime = this.#runtimes.get(id);
    if (runtime === undefined) return 0;
    const { accepted, durable } = runtime.offer(messages);
    const refused = messages.length - accepted;
    if (refused > 0) {
      this.#host.figures(id).refused += refused;
      if (runtime.log === undefined) {
        this.#host.failures.add(id, 'buffer-full', () => bufferFull(id, runtime.buffer.limits.bufferLimit), refused);
      } else {
        this.#host.failures.add(id, 'log-full', () => logFull(id, 'a record was refused'), refused);
      }
    }
    await durable;
    return accepted;
  }

  /** There may be room again. */
  makeUp(): void {
    for (const receiver of this.#runtimes.values()) receiver.makeUp();
  }

  /** Records that wait for a batch. */
  get waiting(): number {
    return [...this.#runtimes.values()].reduce((waiting, receiver) => waiting + receiver.buffer.waiting + receiver.inLogOnly, 0);
  }

  /** What waits in memory alone goes to the receivers that come in place of these. */
  handOver(): void {
    this.#handedOver = new Map([...this.#runtimes].map(([id, { buffer }]) => [id, buffer.takeWaiting()]));
  }

  /** Gives what was handed over to the receivers that have come, behind what the log gave them back. */
  async takeOver(): Promise<void> {
    const handedOver = [...this.#handedOver];
    this.#handedOver = new Map();
    for (const [id, records] of handedOver) await this.#runtimes.get(id)?.takeOver(records);
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runtimes.values()].map((receiver) => receiver.stop()));
  }

  /** Forgets all of them; they were stopped. */
  clear(): void {
    this.#runtimes = new Map();
  }
}

function receiversOf(plan: Plan): ReceiverOperator[] {
  return plan.operators.filter((operator) => operator.type === 'receiver');
}
