import { performance } from 'node:perf_hooks';
import type { Plan } from '../../plan/Plan';
import type { OfferedMessage, OutputEvent, Query, QueryEvents, RunOptions, SampleWish, UpdateReport } from '../Engine';
import { EngineProblem } from '../EngineProblem';
import { QueryEmitter } from '../QueryEmitter';
import { checkAccepted, checkWanted, RefusedError } from '../RefusedError';
import { textOf } from '../textOf';
import { deathProblem } from './deathProblem';
import type { Death, GraphHost, GraphLink } from './GraphLink';
import type { FromGraph, ToGraph } from './protocol';
import { type RestartLimits, RestartPolicy } from './RestartPolicy';
import { withBuffers } from './withBuffers';

/** How long a graph may take to end before it is ended, ms. */
const STOP_PATIENCE = 5000;

/** Messages that may wait for a graph that is being started again; further ones are refused. */
const MOST_HELD = 100_000;

type Answer = UpdateReport | number | undefined;

interface Request {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

type Asking<Message> = Message extends { readonly request: number } ? Omit<Message, 'request'> : never;

function isCloneable(message: OfferedMessage | undefined): boolean {
  try {
    structuredClone(message);
    return true;
  } catch {
    return false;
  }
}

/** Something in a message cannot leave this thread. */
class UnsendableError extends Error {
  override name = 'UnsendableError';
}

/** The graph died before it answered. */
class InterruptedError extends Error {
  override name = 'InterruptedError';
}

/**
 * A query that runs elsewhere: in a worker thread or in a process. When it dies there it is started again with the newest
 * plan, later each time, and given up when it dies again and again. Messages that come meanwhile wait.
 */
export class RemoteQuery implements Query {
  readonly started: Promise<void>;
  readonly #place: () => GraphHost;
  readonly #restarts: RestartPolicy;
  readonly #emitter = new QueryEmitter();
  readonly #requests = new Map<number, Request>();
  #nextRequest = 0;
  /** What is to run. */
  #order: { readonly plan: Plan; readonly options: RunOptions };
  /** What runs, as far as it has been confirmed: the plan that a death is explained by. */
  #running: Plan;
  #link: GraphLink | undefined;
  #launching: Promise<void> | undefined;
  #restart: NodeJS.Timeout | undefined;
  /** Offers that wait for the graph to run again, and how many messages they have. */
  #held: (() => void)[] = [];
  #heldMessages = 0;
  #isUp = false;
  #isAfterDeath = false;
  /** Whether a person wants no batch to begin: told again to each life of the graph. */
  #isOnHold = false;
  /** What somebody looks at: told again as well. */
  #wish: SampleWish | undefined;
  #stopping: Promise<number> | undefined;

  /** @param place where the graph is to run; asked again at every start */
  constructor(plan: Plan, options: RunOptions, place: () => GraphHost, restarts: RestartLimits) {
    this.#order = { plan, options };
    this.#running = plan;
    this.#place = place;
    this.#restarts = new RestartPolicy(restarts);
    this.started = this.#launch();
    this.started.catch((thrown: unknown) => {
      this.#gaveUp(thrown);
    });
  }

  on<Name extends keyof QueryEvents>(name: Name, listener: (...args: QueryEvents[Name]) => unknown): void {
    this.#emitter.on(name, listener);
  }

  async update(plan: Plan, options: RunOptions): Promise<UpdateReport> {
    const before = this.#order;
    this.#order = { plan, options };
    this.#restarts.forgive();
    // One that is just being started, the first time or again, may have the older plan.
    await this.#launching?.catch(() => undefined);
    try {
      if (this.#isUp) {
        const report = (await this.#ask({ type: 'update', plan, options })) as UpdateReport;
        this.#running = plan;
        return report;
      }
      return await this.#restartAtOnce(before.plan);
    } catch (thrown) {
      if (thrown instanceof InterruptedError) return this.#restartAtOnce(before.plan);
      this.#order = before;
      throw thrown;
    }
  }

  async offer(receiver: string, messages: readonly OfferedMessage[], signal?: AbortSignal): Promise<void> {
    if (!this.#isUp) await this.#hold(messages.length);
    checkWanted(signal);
    if (this.#stopping !== undefined) throw new RefusedError('The graph is not running.', 0);
    try {
      checkAccepted((await this.#ask({ type: 'offer', receiver, messages })) as number, messages.length);
    } catch (thrown) {
      if (thrown instanceof InterruptedError) throw new RefusedError('The graph died before it had taken the message.', 0);
      if (thrown instanceof UnsendableError) return this.#offerSound(receiver, messages, thrown);
      throw thrown;
    }
  }

  /** Some of the messages cannot leave this thread; the others must not suffer for it. */
  async #offerSound(receiver: string, messages: readonly OfferedMessage[], reason: Error): Promise<void> {
    const places = messages.map((_, place) => place);
    const sound = places.filter((place) => isCloneable(messages[place]));
    const accepted = (await this.#ask({
      type: 'offer',
      receiver,
      messages: messages.filter((_, place) => sound.includes(place)),
    })) as number;
    // Where only some of the sound ones were taken, everything from the next of them on was not.
    const end = sound[accepted] ?? messages.length;
    throw new RefusedError(
      `The message cannot be handed over: ${reason.message}`,
      end,
      places.filter((place) => !sound.includes(place)),
    );
  }

  async checkpoint(savepoint?: string): Promise<void> {
    await this.#ask({ type: 'checkpoint', ...(savepoint === undefined ? {} : { savepoint }) });
  }

  sample(wish: SampleWish): void {
    this.#wish = wish;
    this.#link?.send({ type: 'sample', wish });
  }

  pause(): void {
    this.#emitter.pause();
  }

  resume(): void {
    this.#emitter.resume();
  }

  hold(): void {
    this.#isOnHold = true;
    this.#link?.send({ type: 'hold' });
  }

  release(): void {
    this.#isOnHold = false;
    this.#link?.send({ type: 'release' });
  }

  stop(): Promise<number> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<number> {
    let lost = 0;
    clearTimeout(this.#restart);
    this.#release();
    if (this.#link !== undefined) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => {
          resolve(undefined);
        }, STOP_PATIENCE);
      });
      const answer = await Promise.race([this.#ask({ type: 'stop' }).catch(() => undefined), patience]);
      clearTimeout(timer);
      if (typeof answer === 'number') lost = answer;
    }
    this.#isUp = false;
    await this.#link?.close();
    this.#link = undefined;
    this.#dropRequests();
    this.#emitter.silence();
    return lost;
  }

  /** Starts the graph with what is ordered. @throws EngineProblem when the plan cannot run */
  #launch(): Promise<void> {
    const launching = this.#launchNow().finally(() => {
      if (this.#launching === launching) this.#launching = undefined;
    });
    this.#launching = launching;
    return launching;
  }

  async #launchNow(): Promise<void> {
    const { plan } = this.#order;
    const options = this.#isAfterDeath ? { ...this.#order.options, afterDeath: true } : this.#order.options;
    this.#isAfterDeath = false;
    this.#link = this.#place().open({
      received: (message) => {
        this.#received(message);
      },
      died: (death) => {
        this.#died(death);
      },
    });
    this.#running = plan;
    if (this.#isOnHold) this.#link.send({ type: 'hold' });
    if (this.#wish !== undefined) this.#link.send({ type: 'sample', wish: this.#wish });
    await this.#ask({ type: 'start', plan, options });
    this.#isUp = true;
    this.#release();
  }

  /** Starts a dead graph again without waiting; nothing is kept. */
  async #restartAtOnce(before: Plan): Promise<UpdateReport> {
    clearTimeout(this.#restart);
    this.#restart = undefined;
    if (this.#link === undefined) {
      await this.#launch().catch((thrown: unknown) => {
        // It died again at once; then the policy goes on with it.
        if (!(thrown instanceof InterruptedError)) throw thrown;
      });
    }
    const now = new Set(this.#order.plan.operators.map(({ id }) => id));
    const old = before.operators.map(({ id }) => id);
    return { kept: [], restarted: old.filter((id) => now.has(id)), dropped: old.filter((id) => !now.has(id)) };
  }

  #died(death: Death): void {
    this.#link = undefined;
    this.#isUp = false;
    // What a neighbour did is not laid at the door of a batch of this graph.
    this.#isAfterDeath = death.kind !== 'hung' || death.operator !== undefined;
    const problem = deathProblem(death, this.#running);
    const delay = this.#stopping === undefined ? this.#restarts.died(performance.now()) : undefined;
    this.#dropRequests();
    if (this.#stopping !== undefined) return;
    if (delay === undefined) {
      this.#gaveUp(
        new EngineProblem({
          ...problem,
          code: 'graph-given-up',
          what: `${problem.what} It died ${String(this.#restarts.deaths)} times, so it is not started again.`,
        }),
      );
      return;
    }
    this.#emitter.emit('interrupted', problem, delay);
    this.#restart = setTimeout(() => {
      this.#launch().catch((thrown: unknown) => {
        if (!(thrown instanceof InterruptedError)) this.#gaveUp(thrown);
      });
    }, delay);
  }

  #gaveUp(thrown: unknown): void {
    if (thrown instanceof InterruptedError || this.#stopping !== undefined) return;
    if (thrown instanceof EngineProblem) this.#emitter.emit('failed', thrown.problem);
    void this.stop();
  }

  /** Waits until the graph runs, or has ended for good. @throws RefusedError when too much waits already */
  #hold(messages: number): Promise<void> {
    if (this.#stopping !== undefined) return Promise.resolve();
    if (this.#heldMessages + messages > MOST_HELD) {
      throw new RefusedError(`The graph is not running, and ${String(this.#heldMessages)} messages wait for it already.`, 0);
    }
    this.#heldMessages += messages;
    return new Promise((resolve) => this.#held.push(resolve));
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldMessages = 0;
    for (const resume of held) resume();
  }

  #ask(message: Asking<ToGraph>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.#nextRequest++;
      this.#requests.set(request, { resolve, reject });
      try {
        if (this.#link === undefined) throw new InterruptedError('The graph is not running.');
        this.#link.send({ ...message, request });
      } catch (thrown) {
        this.#requests.delete(request);
        reject(thrown instanceof InterruptedError ? thrown : new UnsendableError(textOf(thrown)));
      }
    });
  }

  #dropRequests(): void {
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const request of requests) request.reject(new InterruptedError('The graph died before it answered.'));
  }

  #received(message: FromGraph): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.request)?.resolve(message.result);
        break;
      case 'refusal':
        this.#take(message.request)?.reject(new EngineProblem(message.problem));
        break;
      case 'output':
        this.#handOver(message.bytes ? withBuffers(message.event) : message.event);
        break;
      case 'failed':
        this.#gaveUp(new EngineProblem(message.problem));
        break;
      case 'problem':
        this.#emitter.emit('problem', message.problem);
        break;
      case 'batch':
        this.#emitter.emit('batch', message.event);
        break;
      case 'progress':
        this.#emitter.emit('progress', message.event);
        break;
      case 'log':
        this.#emitter.emit('log', message.event);
        break;
      case 'samples':
        this.#emitter.emit('samples', message.event);
        break;
      case 'described':
        this.#emitter.emit('described', message.event);
        break;
    }
  }

  #handOver(event: OutputEvent): void {
    const link = this.#link;
    const answer = (): void => {
      // The graph may have died meanwhile, and another life of it knows nothing of this output.
      if (link !== undefined && this.#link === link) link.send({ type: 'taken' });
    };
    const taken = this.#emitter.output(event);
    // A turn for everything else in this thread before the next piece may come.
    if (taken === undefined) setImmediate(answer);
    else taken.then(answer, answer);
  }

  #take(request: number): Request | undefined {
    const found = this.#requests.get(request);
    this.#requests.delete(request);
    return found;
  }
}
