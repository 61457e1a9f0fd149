import { EventEmitter } from 'node:events';
import type { Engine, OfferedMessage, OutputEvent, Query, QueryEvents, RunOptions, SampleWish, UpdateReport } from '../../src/engine/Engine';
import type { Plan } from '../../src/plan/Plan';

/** An engine that runs nothing: it remembers what it was asked and says what a test makes it say. */
export class FakeEngine implements Engine {
  readonly queries: FakeQuery[] = [];
  /** When set, the next start throws it. */
  startError: Error | undefined;
  /** When set, the next query is made, but never gets ready because of it. */
  startedError: Error | undefined;

  start(plan: Plan, options: RunOptions): FakeQuery {
    if (this.startError !== undefined) throw this.startError;
    const query = new FakeQuery(plan, options, this.startedError === undefined ? Promise.resolve() : Promise.reject(this.startedError));
    this.queries.push(query);
    return query;
  }

  /** The queries that were not stopped. */
  get running(): FakeQuery[] {
    return this.queries.filter((query) => !query.stopped);
  }

  /** The only query there is. */
  get only(): FakeQuery {
    const [query, ...others] = this.running;
    if (query === undefined || others.length > 0) throw new Error(
      `${String(this.running.length)} queries run; one was expected.`,
    );
    return query;
  }
}

export class FakeQuery implements Query {
  readonly #events = new EventEmitter();
  readonly updates: { readonly plan: Plan; readonly options: RunOptions }[] = [];
  readonly offers: { readonly receiver: string; readonly messages: readonly OfferedMessage[] }[] = [];
  /** What happened, in order: `pause`, `resume`, `hold`, `release`, `update`, `offer r1 3`, `stop`. */
  readonly history: string[] = [];
  plan: Plan;
  options: RunOptions;
  paused = false;
  /** Whether a person holds it. */
  onHold = false;
  stopped = false;
  /** When set, offers are rejected with it. */
  offerError: Error | undefined;
  /** When set, checkpoints are rejected with it. */
  checkpointError: Error | undefined;
  /** A stop does not end before this has. */
  stopGate: Promise<void> = Promise.resolve();
  /** When set, updates are rejected with it. */
  updateError: Error | undefined;
  /** An update does not end before this has. */
  updateGate: Promise<void> = Promise.resolve();

  constructor(
    plan: Plan,
    options: RunOptions,
    readonly started: Promise<void>,
  ) {
    this.plan = plan;
    this.options = options;
  }

  on<Name extends keyof QueryEvents>(name: Name, listener: (...args: QueryEvents[Name]) => void): void {
    this.#events.on(name, listener as (...args: unknown[]) => void);
  }

  emit<Name extends keyof QueryEvents>(name: Name, ...args: QueryEvents[Name]): void {
    this.#events.emit(name, ...args);
  }

  /** What the listeners of outputs return for one. */
  answersTo(event: OutputEvent): unknown[] {
    return this.#events.listeners('output').map((listener) => Reflect.apply(listener, undefined, [event]) as unknown);
  }

  /** Says that an operator has these records for a batch. */
  output(operator: string, payloads: readonly unknown[], more: Partial<OutputEvent> = {}): void {
    const records = payloads.map((payload, index) => ({ payload, topic: `t${String(index)}`, key: `k${String(index)}` }));
    this.emit('output', {
      operator,
      tap: false,
      batchTime: 1000,
      count: records.length,
      truncated: false,
      offset: 0,
      last: true,
      records,
      ...more,
    });
  }

  async update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    this.history.push('update');
    this.updates.push({ plan, options });
    await this.updateGate;
    if (this.updateError !== undefined) throw this.updateError;
    this.plan = plan;
    this.options = options;
    return { kept: plan.operators.map(({ id }) => id), restarted: [], dropped: [] };
  }

  async offer(receiver: string, messages: readonly OfferedMessage[]): Promise<void> {
    this.history.push(`offer ${receiver} ${String(messages.length)}`);
    if (this.offerError !== undefined) throw this.offerError;
    this.offers.push({ receiver, messages });
    return Promise.resolve();
  }

  /** The payloads that a receiver was given, in order. */
  payloads(receiver: string): unknown[] {
    return this.offers.filter((offer) => offer.receiver === receiver).flatMap(
      ({ messages }) => messages.map(({ payload }) => payload),
    );
  }

  checkpoint(): Promise<void> {
    this.history.push('checkpoint');
    return this.checkpointError === undefined ? Promise.resolve() : Promise.reject(this.checkpointError);
  }

  /** What it was asked to look at, newest last. */
  readonly wishes: SampleWish[] = [];

  sample(wish: SampleWish): void {
    this.wishes.push(wish);
  }

  pause(): void {
    this.paused = true;
    this.history.push('pause');
  }

  resume(): void {
    this.paused = false;
    this.history.push('resume');
  }

  hold(): void {
    this.onHold = true;
    this.history.push('hold');
  }

  release(): void {
    this.onHold = false;
    this.history.push('release');
  }

  /** What the next stop says was lost. */
  lost = 0;

  async stop(): Promise<number> {
    this.stopped = true;
    this.history.push('stop');
    await this.stopGate;
    return this.lost;
  }
}
