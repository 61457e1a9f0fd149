import type { DurabilityFigures, OfferedMessage, OutputEvent, RunOptions } from '../../../../src/engine/Engine';
import type { EngineProblem } from '../../../../src/engine/EngineProblem';
import type { Storage } from '../../../../src/engine/durable/Storage';
import type { GraphRunner } from '../../../../src/engine/GraphRunner';
import type { Places } from '../../../../src/engine/Places';
import type { Plan } from '../../../../src/plan/Plan';
import { FileSink } from '../../../../src/sinks/file/FileSink';
import type { SourceHost } from '../../../../src/sources/Source';
import type { EngineWorld } from './EngineWorld';
import { ProcessClock } from './EngineClock';
import { slowDisk } from './slowDisk';

/** The engine that is tested, or one with a mistake in it. */
export type Runner = typeof GraphRunner;

/** One process of a history, from its start to its end. It never learns that it has ended: nothing that it waits for happens any more. */
export class EngineProcess {
  readonly clock: ProcessClock;
  readonly version: number;
  state: 'starting' | 'running' | 'refused' | 'failed' | 'stopped' = 'starting';
  /** Why it was refused, or failed: a code, and what it says. */
  reason = { code: '', text: '' };
  durability: DurabilityFigures | undefined;
  /** Offers that nobody has answered. */
  openOffers = 0;
  isOnHold = false;
  readonly #world: EngineWorld;
  readonly #runner: GraphRunner;
  readonly #life: number;
  readonly #filesLife: object;
  #hasEnded = false;
  #connect: (() => void) | undefined;

  constructor(world: EngineWorld, runner: Runner, id: string, version: number) {
    this.#world = world;
    this.version = version;
    this.#life = world.disk.life;
    this.#filesLife = world.filesLife;
    this.clock = new ProcessClock(world.time, () => world.wall, () => this.isAlive);
    const storage: Storage = {
      disk: () => slowDisk(world.disk.connect(), world.settings.slowness, world.random, this.clock),
      owner: () => ({ id, host: 'here', boot: 'boot', process: Number(id), processStart: '' }),
      isGone: (owner) => !world.lives(owner.id),
      turn: () => Promise.resolve(),
    };
    this.#runner = new runner(this.clock, {
      batch: () => undefined,
      output: (event) => this.#output(event),
      problem: (problem) => {
        if (this.isAlive) world.problem(problem);
      },
      progress: ({ durability, operators }) => {
        if (!this.isAlive) return;
        this.durability = durability;
        if (durability !== undefined) world.sees(this, durability);
        const waiting = Math.max(...Object.values(operators).map((figures) => figures.waiting));
        if (waiting > world.shape.bufferLimit) world.outcome.happened('more than memory has room for');
      },
      log: () => undefined,
      described: () => undefined,
      failed: ({ code, what }) => {
        if (!this.isAlive) return;
        this.state = 'failed';
        this.reason = { code, text: what };
      },
    }, undefined, storage, this.#places());
  }

  get isAlive(): boolean {
    return !this.#hasEnded && this.#world.disk.life === this.#life && this.#world.filesLife === this.#filesLife;
  }

  /** Whether it is there and has not given up. */
  get isWell(): boolean {
    return this.isAlive && (this.state === 'starting' || this.state === 'running');
  }

  start(plan: Plan, options: RunOptions): void {
    this.#runner.start(plan, options).then(
      () => {
        if (this.isAlive && this.state === 'starting') this.state = 'running';
      },
      (thrown: unknown) => {
        if (!this.isAlive) return;
        this.state = 'refused';
        this.reason = reasonOf(thrown);
      },
    );
  }

  /** @returns what became of it: undefined for well */
  async update(plan: Plan, options: RunOptions): Promise<{ readonly code: string; readonly text: string } | undefined> {
    try {
      await this.#runner.update(plan, options);
      return undefined;
    } catch (thrown) {
      return reasonOf(thrown);
    }
  }

  checkpoint(): Promise<void> {
    return this.#runner.checkpoint();
  }

  /** A person holds it, or lets it go on. */
  hold(): void {
    this.isOnHold = true;
    this.#runner.hold();
  }

  release(): void {
    this.isOnHold = false;
    this.#runner.release();
  }

  /** @param answered told whether the messages were taken; never where the process ends before */
  offer(messages: readonly OfferedMessage[], answered: (isTaken: boolean) => void): void {
    this.openOffers++;
    this.#runner.offer('wire', messages).then((count) => {
      this.openOffers--;
      // A zombie may answer, and is believed.
      if (!this.#hasEnded) answered(count === messages.length);
    }, () => {
      this.openOffers--;
    });
  }

  stop(): Promise<number> {
    return this.#runner.stop();
  }

  /** Its connection to the broker has broken, and it connects again. */
  reconnect(): void {
    if (this.isWell) this.#connect?.();
  }

  end(): void {
    this.#hasEnded = true;
  }

  #output(event: OutputEvent): Promise<void> | undefined {
    const { random, time, settings } = this.#world;
    if (!this.isAlive) return new Promise(() => undefined);
    this.#world.evidence.output(event);
    if (event.operator.startsWith('version-') && event.operator !== `version-${String(this.version)}`) this.#world.formerVersion(event.operator);
    if (!random.chance(settings.slowOutputs)) return undefined;
    return new Promise((resolve) => time.schedule(random.below(1500), () => {
      if (this.isAlive) resolve();
    }));
  }

  #places(): Places {
    const world = this.#world;
    return {
      source: (operator, _secrets, host) => {
        if (operator.parameters.source.kind !== 'mqtt') return undefined;
        const { qos } = world.shape;
        const safe = asynchronous(host);
        const connect = (): void => {
          if (this.isAlive) world.broker.connect({ host: safe, qos });
        };
        return {
          start: () => {
            this.#connect = connect;
            connect();
          },
          stop: () => {
            if (this.#connect === connect) this.#connect = undefined;
            world.broker.cut();
            return Promise.resolve();
          },
        };
      },
      sink: (operator, _secrets, host, clock) => {
        const { target } = operator.parameters;
        if (target.kind === 'http') return world.outside.connect(clock, () => this.isAlive);
        if (target.kind !== 'file') return undefined;
        const { name, format, roll, columns } = target;
        return new FileSink({ sink: operator.id, name, format, roll, columns }, world.files.connect(), host, clock, () => world.random.next());
      },
    };
  }
}

/** What a source does with an error that is thrown at once is not looked at here. */
function asynchronous(host: SourceHost): SourceHost {
  const later = (work: () => Promise<void> | undefined): Promise<void> | undefined => {
    try {
      return work();
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  const { log } = host;
  const shown: SourceHost = { ...host, store: (messages, also) => later(() => host.store(messages, also)) };
  return log === undefined ? shown : {
    ...shown,
    log: {
      hasPacket: (packet) => log.hasPacket(packet),
      releasePackets: (packets) => later(() => log.releasePackets(packets)) ?? Promise.resolve(),
      get openPackets() {
        return log.openPackets;
      },
      get marks() {
        return log.marks;
      },
    },
  };
}

function reasonOf(thrown: unknown): { readonly code: string; readonly text: string } {
  if (thrown instanceof Error && 'problem' in thrown) {
    const { code, what } = (thrown as EngineProblem).problem;
    return { code, text: what };
  }
  const { code } = thrown as { readonly code?: unknown };
  return { code: typeof code === 'string' ? code : '', text: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
}
