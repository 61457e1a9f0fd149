import type { DurabilityFigures, Reset, RunOptions } from '../../../../src/engine/Engine';
import type { Problem } from '../../../../src/plan/Problem';
import type { Outcome } from '../Outcome';
import { SeededRandom } from '../SeededRandom';
import { SimulatedBroker } from '../SimulatedBroker';
import { type CrashKind, SimulatedDisk } from '../SimulatedDisk';
import { SimulatedOutputFiles } from '../SimulatedOutputFiles';
import { planFor, type Shape, shapeOf, type SlidingWindow, type Version } from './drawing';
import { EngineClock } from './EngineClock';
import { EngineProcess, type Runner } from './EngineProcess';
import { Evidence } from './Evidence';
import { OutsidePlace } from './OutsidePlace';
import type { Slowness } from './slowDisk';

/** What may go wrong in a history; each history leaves some of it out. */
interface Settings {
  readonly slowness: Slowness;
  /** How likely an output takes a while. */
  readonly slowOutputs: number;
  /** How many files are damaged. */
  readonly damages: number;
  readonly fills: boolean;
  readonly fails: boolean;
  readonly stalls: boolean;
  readonly jumps: boolean;
  readonly cuts: boolean;
  readonly goesAway: boolean;
  readonly updates: boolean;
  readonly resets: boolean;
  readonly pauses: boolean;
  readonly dies: boolean;
  readonly staysBelow: number;
}

/** ms that a stop may take at most. */
const LONGEST_STOP = 8000;

/** ms between two looks at whether everything has come to rest. */
const STEP = 500;

/** What outlives processes: disk, files, broker, a place outside, and those who look on. */
export class EngineWorld {
  readonly random: SeededRandom;
  readonly outcome: Outcome;
  readonly time = new EngineClock();
  readonly disk: SimulatedDisk;
  readonly files: SimulatedOutputFiles;
  readonly broker: SimulatedBroker;
  readonly outside: OutsidePlace;
  readonly evidence: Evidence;
  readonly shape: Shape;
  settings: Settings;
  /** What the wall clock is ahead of the time, ms. */
  wall = 1_700_000_000_000;
  /** Of the output files: another one after each crash. */
  filesLife = {};
  isRefused = false;
  readonly #runner: Runner;
  readonly #violation: (what: string) => never;
  readonly #processes: EngineProcess[] = [];
  readonly #recovered = new Set<EngineProcess>();
  #version: Version = { number: 1, windows: [] };
  #reset: Reset | undefined;
  #windows = 0;
  #nextId = 1;
  #damages: string[] = [];
  /** Whether disk faults have been on in this life. */
  #isDiskBad = false;
  /** How many files there were in the quarantine. */
  #putAway = 0;
  #wasPaused = false;
  /** When a person holds the graph: drawn apart, so that all else goes as it would without it. */
  readonly #holds: SeededRandom;
  #hasDied = false;
  #afterDeath = false;
  #wantsUpdate = false;

  constructor(runner: Runner, random: SeededRandom, outcome: Outcome, violation: (what: string) => never) {
    this.#runner = runner;
    this.random = random;
    this.outcome = outcome;
    this.#violation = violation;
    this.shape = shapeOf(random);
    this.settings = {
      slowness: random.pick<Slowness>([{ chance: 0, longest: 1 }, { chance: 0.1, longest: 200 }, { chance: 0.03, longest: 2500 }]),
      slowOutputs: random.pick([0, 0, 0.05, 0.3]),
      damages: random.pick([0, 0, 0, 0, 1, 2]),
      fills: random.chance(0.2),
      fails: random.chance(0.15),
      stalls: random.chance(0.3),
      jumps: random.chance(0.2),
      cuts: random.chance(0.5),
      goesAway: random.chance(0.5),
      updates: random.chance(0.5),
      resets: random.chance(0.5),
      pauses: random.chance(0.15),
      dies: random.chance(0.2),
      staysBelow: random.pick([15, 60, 200, 600]),
    };
    this.#holds = new SeededRandom(this.settings.staysBelow + this.shape.checkpointInterval);
    this.disk = new SimulatedDisk(random);
    this.files = new SimulatedOutputFiles(random);
    this.broker = new SimulatedBroker(random, this.time, { inflight: 1 + random.below(6), latency: 1 + random.below(40) });
    this.outside = new OutsidePlace(random, random.pick([0, 0.1, 0.4]));
    this.evidence = new Evidence(outcome);
    this.#version = { number: 1, windows: random.chance(0.6) ? [this.#newWindow()] : [] };
    this.evidence.versions.set(1, this.#version);
  }

  lives(owner: string): boolean {
    return this.#processes[Number(owner) - 1]?.isAlive === true;
  }

  problem({ code, what }: Problem): void {
    if (code === 'function-failed' || code === 'decode-failed' || code === 'record-unkept') this.#violation(`${code}: ${what}`);
  }

  /** @param process that shows them */
  sees(process: EngineProcess, { recovered, state }: DurabilityFigures): void {
    if (state === 'full') this.outcome.happened('disk full');
    if (state === 'waiting') this.outcome.happened('waited for another process');
    if (recovered === undefined || this.#recovered.has(process)) return;
    this.#recovered.add(process);
    if (recovered.tornBytes > 0) this.outcome.happened('torn tail');
    if (recovered.batches > 1) this.outcome.happened('several batches run again');
  }

  formerVersion(sink: string): void {
    if (Number(sink.slice('version-'.length)) < this.#version.number) this.outcome.happened('ran with a former drawing');
  }

  /** A process lives, and ends in one way or another. */
  async live(): Promise<void> {
    const { random, settings } = this;
    const kind: CrashKind = random.chance(0.6) ? 'power' : 'kill';
    this.#damage();
    this.disk.fsyncFailure = settings.fails && random.chance(0.5) ? 0.02 : 0;
    this.#isDiskBad = this.disk.fsyncFailure > 0;
    const crash = random.below(10);
    if (crash < 7) void this.disk.crashAfter(1 + random.below(settings.staysBelow), kind).then(() => this.#filesEnd(kind));
    else if (crash < 8 && this.shape.hasFile) {
      void this.files.crashAfter(1 + random.below(60), kind).then(() => {
        this.filesLife = {};
      });
    }
    let process = this.#start();
    const steps = 4 + random.below(30);
    for (let step = 0; step < steps && process.isWell; step++) process = await this.#act(process);
    this.#judge(process);
    const putAway = [...this.disk.files().keys()].filter((path) => path.startsWith('quarantine/')).length;
    if (putAway > this.#putAway) this.outcome.happened('checkpoint fallback');
    this.#putAway = putAway;
    if (this.isRefused) return;
    if (process.isWell && random.chance(0.3)) await this.#stop(process);
    else this.outcome.happened(process.state === 'starting' ? 'crash while starting' : kind);
    if ([...this.disk.files().keys()].some((path) => path.startsWith('ckpt/') && path.endsWith('.tmp'))) this.outcome.happened('crash during a checkpoint');
    this.#crash(kind);
  }

  /** A life in which nothing fails. @returns undefined where damage was found */
  async lastLife(limit: number): Promise<EngineProcess | undefined> {
    this.#isDiskBad = false;
    this.disk.fsyncFailure = 0;
    this.settings = { ...this.settings, slowness: { chance: 0, longest: 1 }, slowOutputs: 0 };
    this.outside.unreliable = 0;
    const process = this.#start();
    for (let passed = 0; process.state === 'starting' && passed < limit; passed += STEP) await this.time.advance(STEP);
    if (process.state === 'starting') this.#violation('a process that nothing stands in the way of does not start');
    this.#judge(process);
    return this.isRefused ? undefined : process;
  }

  /** Waits until everything that was accepted has arrived. */
  async drain(process: EngineProcess, limit: number): Promise<void> {
    process.release();
    let passed = 0;
    const until = async (isDone: () => boolean, what: () => string): Promise<void> => {
      while (!isDone()) {
        if (!process.isWell) this.#judge(process);
        if (passed >= limit) this.#violation(`after ${String(limit)} ms without faults, ${what()}`);
        if (!this.broker.isConnected) process.reconnect();
        await this.time.advance(STEP);
        passed += STEP;
      }
    };
    await until(() => this.broker.outstanding === 0, () => `${String(this.broker.outstanding)} messages are not confirmed`);
    const last = this.#offer(process, 1);
    await until(() => last.every((id) => this.evidence.offered.get(id) === 'acknowledged'), () => 'a record is not acknowledged');
    await until(() => {
      const had = new Set(this.evidence.ids);
      const lost = new Set(this.broker.lost.map(idOf));
      return [...this.evidence.offered].every(([id, state]) => state !== 'acknowledged' || had.has(id)) &&
        [...this.evidence.published].every((id) => had.has(id) || lost.has(id));
    }, () => 'acknowledged records are in no batch');
    const end = this.evidence.lastBatch + 4000;
    await until(() => this.evidence.lastBatch >= end, () => 'no more batches come');
    await this.time.advance(2 * this.shape.checkpointInterval + 2000);
    const segments = [...this.disk.files().keys()].filter((path) => path.startsWith('log/'));
    if (segments.length > 3) this.#violation(`the log has ${String(segments.length)} segments after two checkpoints: ${segments.join()}`);
    await this.#stop(process);
  }

  /** Compares what was seen with what was promised. */
  check(): void {
    const { evidence, outside, shape, broker } = this;
    const lost = new Set(broker.lost.map(idOf));
    const resent = new Map<number, number>();
    for (const payload of broker.resent) resent.set(idOf(payload), (resent.get(idOf(payload)) ?? 0) + 1);
    if (shape.hasMqtt && shape.qos === 2 && broker.resent.length > 0) this.outcome.happened('sent again at QoS 2');
    const wrong = evidence.verdict(shape, lost, resent) ?? outside.contradictions[0] ?? this.#verdictOnFiles() ?? this.#verdictOnOutside();
    if (wrong !== undefined) this.#violation(wrong);
  }

  #verdictOnOutside(): string | undefined {
    if (!this.shape.hasOutside) return undefined;
    const had = [...this.outside.received.values()].flatMap(({ text, count }) => {
      if (count > 1) this.outcome.happened('outside twice');
      const payload = JSON.parse(text) as { readonly id: number } | readonly { readonly id: number }[];
      return Array.isArray(payload) ? payload.map(({ id }: { readonly id: number }) => id) : [(payload as { readonly id: number }).id];
    }).sort((first, second) => first - second);
    const wanted = this.evidence.ids.sort((first, second) => first - second);
    return had.join() === wanted.join() ? undefined : `outside are records ${had.join()}, and batches had ${wanted.join()}`;
  }

  #verdictOnFiles(): string | undefined {
    if (!this.shape.hasFile) return undefined;
    const names = this.files.names.filter((name) => name.endsWith('.jsonl'));
    const listed = names.includes('records.batches.jsonl')
      ? linesOf(this.files.content('records.batches.jsonl')).map((line) => (JSON.parse(line) as { readonly file: string }).file)
      : names;
    const had = listed.flatMap((name) => linesOf(this.files.content(name))).map((line) => {
      try {
        return (JSON.parse(line) as { readonly id: number }).id;
      } catch {
        return line;
      }
    });
    const wanted = this.evidence.ids;
    return had.join() === wanted.join() ? undefined : `the files have records ${had.join()}, and batches had ${wanted.join()}`;
  }

  #start(): EngineProcess {
    const { random } = this;
    if (this.settings.updates && random.chance(0.2)) this.#setVersion(this.#nextVersion());
    const process = new EngineProcess(this, this.#runner, String(this.#processes.length + 1), this.#version.number);
    this.#processes.push(process);
    process.start(planFor(this.shape, this.#version), this.#options(this.#afterDeath));
    this.#afterDeath = false;
    return process;
  }

  #options(afterDeath = false): RunOptions {
    return { secrets: {}, taps: [], environment: {}, afterDeath, ...(this.#reset === undefined ? {} : { reset: this.#reset }) };
  }

  /** Something happens. @returns the process that everything goes to from now on */
  async #act(process: EngineProcess): Promise<EngineProcess> {
    const { random, settings, shape } = this;
    if (random.chance(0.6)) this.#offer(process, 1 + random.below(random.pick([3, 10])));
    if (shape.hasMqtt) {
      for (let count = random.below(4); count > 0; count--) this.#publish();
      if (settings.cuts && random.chance(0.1)) this.broker.cut();
      if (!this.broker.isConnected && random.chance(0.5)) process.reconnect();
    }
    if (random.chance(0.5)) for (let turns = random.below(60); turns > 0; turns--) await Promise.resolve();
    if (settings.updates && random.chance(0.08)) this.#update(process);
    if (process.isOnHold ? this.#holds.chance(0.4) : this.#holds.chance(0.05)) {
      if (process.isOnHold) process.release();
      else process.hold();
      this.outcome.happened('held');
    }
    if (random.chance(0.05)) {
      process.checkpoint().then(() => {
        this.outcome.happened('checkpoint asked for');
      }, () => undefined);
    }
    if (settings.goesAway && random.chance(0.1)) this.outside.isAway = !this.outside.isAway;
    if (settings.fills && random.chance(0.1)) {
      this.#isDiskBad = true;
      this.disk.capacity = this.disk.capacity === Infinity ? this.#used + random.below(600) : Infinity;
    }
    if (settings.stalls && random.chance(0.05)) this.time.stall(random.pick([700, 5000, 25_000]));
    if (settings.jumps && random.chance(0.05)) this.wall += random.pick([-3_600_000, -1500, 1500, 20_000]);
    if (settings.pauses && !this.#wasPaused && process.state === 'running' && random.chance(0.1)) return this.#replace(process);
    await this.time.advance(random.pick([0, 10, 100, 500, 1000, 1500]), () => process.isAlive);
    if (this.evidence.contradiction !== undefined) this.#violation(this.evidence.contradiction);
    return process;
  }

  get #used(): number {
    return [...this.disk.files().values()].reduce((sum, size) => sum + size, 0);
  }

  #offer(process: EngineProcess, count: number): number[] {
    const ids = Array.from({ length: count }, () => this.#nextId++);
    for (const id of ids) this.evidence.offered.set(id, 'offered');
    const messages = ids.map((id) => ({ payload: { id, v: this.random.below(100) }, topic: this.random.pick(['a', 'b']) }));
    process.offer(messages, (isTaken) => {
      for (const id of ids) this.evidence.offered.set(id, isTaken ? 'acknowledged' : 'refused');
    });
    return ids;
  }

  #publish(): void {
    const id = this.#nextId++;
    this.evidence.published.add(id);
    this.broker.publish(JSON.stringify({ id, v: this.random.below(100) }), this.shape.qos, this.random.pick(['a', 'c']));
  }

  #newWindow(): SlidingWindow {
    return { id: `sliding${String(++this.#windows)}`, length: this.random.pick([2000, 5000]), resets: 0 };
  }

  /** A drawing that goes on from this one. */
  #nextVersion(): Version {
    const windows = [...this.#version.windows];
    const change = this.random.below(4);
    if (change === 0) windows.push(this.#newWindow());
    if (change === 1) windows.shift();
    return { number: Math.max(...this.evidence.versions.keys()) + 1, windows };
  }

  #setVersion(version: Version): void {
    this.evidence.versions.set(version.number, version);
    this.#version = version;
  }

  #update(process: EngineProcess): void {
    if (this.#wantsUpdate) return;
    const before = this.#version;
    let version = this.#nextVersion();
    let isRefusal = false;
    const [first] = before.windows;
    if (first !== undefined && this.random.chance(0.3)) {
      const other: SlidingWindow = { ...first, length: 7000 - first.length, resets: first.resets + 1 };
      version = { ...version, windows: [other, ...before.windows.slice(1)] };
      if (this.settings.resets && this.#reset === undefined) {
        this.#reset = { id: `reset-${String(version.number)}`, scope: [`${first.id}-reduce`] };
        this.outcome.happened('a window reset');
      } else isRefusal = true;
    }
    this.evidence.versions.set(version.number, version);
    if (!isRefusal) this.#version = version;
    this.#wantsUpdate = true;
    void process.update(planFor(this.shape, version), this.#options()).then((problem) => {
      if (!process.isAlive) return;
      this.#wantsUpdate = false;
      if (problem?.code === 'checkpoint-taken-over') this.outcome.happened('fenced');
      else if (isRefusal) {
        if (process.isWell && problem?.code !== 'state-would-be-lost' && !this.#isDiskBad) this.#later(`a window that is longer was ${problem?.text ?? 'accepted'}`);
        this.outcome.happened('update refused');
      } else if (problem === undefined) this.outcome.happened('update');
      else if (process.isWell && !this.#isDiskBad) this.#later(`an update was refused: ${problem.text}`);
    });
  }

  #later(what: string): void {
    this.evidence.contradiction ??= what;
  }

  /** The process stands still, another one takes its place, and then it goes on. */
  async #replace(process: EngineProcess): Promise<EngineProcess> {
    this.#wasPaused = true;
    this.outcome.happened('paused');
    process.clock.pause();
    const next = this.#start();
    for (let waited = 0; waited < 20_000 && next.state === 'starting' && next.isAlive; waited += STEP) await this.time.advance(STEP, () => next.isAlive);
    process.clock.resume();
    if (this.random.chance(0.5)) this.#offer(process, 2);
    await this.time.advance(this.random.below(3000), () => next.isAlive);
    if (process.isAlive && process.state === 'failed') this.outcome.happened('fenced');
    return next;
  }

  /** Whether the end that it came to is one that may be. */
  #judge(process: EngineProcess): void {
    if (this.evidence.contradiction !== undefined) this.#violation(this.evidence.contradiction);
    if (!process.isAlive || process.state === 'starting' || process.state === 'running' || process.state === 'stopped') return;
    const { code, text } = process.reason;
    if (code === 'checkpoint-damaged' && (this.#damages.length > 1 || this.#damages.some((path) => path.startsWith('log/')))) {
      this.isRefused = true;
      return;
    }
    const isDiskProblem = ['checkpoint-folder-unusable', 'log-failed', 'batch-failed', 'ENOSPC', 'EIO', ''].includes(code);
    if (this.#isDiskBad && isDiskProblem) {
      this.outcome.happened('given up because of the disk');
      return;
    }
    this.#violation(`a process was ${process.state}: ${code}: ${text}`);
  }

  async #stop(process: EngineProcess): Promise<void> {
    const ended = { isStopped: false };
    process.state = 'stopped';
    void process.stop().then((lost) => {
      ended.isStopped = true;
      if (lost !== 0) this.#later(`a stop says that ${String(lost)} records are lost`);
    });
    const wasFull = this.disk.capacity !== Infinity;
    for (let passed = 0; !ended.isStopped && process.isAlive && passed <= LONGEST_STOP; passed += STEP) await this.time.advance(STEP, () => process.isAlive);
    if (!ended.isStopped && process.isAlive && !wasFull && this.settings.slowness.chance === 0) this.#violation(`a stop takes more than ${String(LONGEST_STOP)} ms`);
    if (ended.isStopped) this.outcome.happened('stopped');
  }

  #crash(kind: CrashKind): void {
    for (const process of this.#processes) process.end();
    this.disk.crash(kind);
    this.#filesEnd(kind);
    this.broker.cut();
    this.time.forget();
    this.disk.capacity = Infinity;
    this.outside.isAway = false;
    this.#wantsUpdate = false;
    if (this.settings.dies && !this.#hasDied && this.random.chance(0.3)) {
      this.#hasDied = true;
      this.#afterDeath = true;
      this.outcome.happened('died of a batch');
    }
  }

  #filesEnd(kind: CrashKind): void {
    this.files.crash(kind);
    this.filesLife = {};
  }

  #damage(): void {
    const { random } = this;
    if (this.#damages.length >= this.settings.damages || random.chance(0.5)) return;
    const isCheckpoint = random.chance(0.7);
    const damage = this.disk.damage((path) => path.startsWith(isCheckpoint ? 'ckpt/' : 'log/'));
    if (damage !== undefined) this.#damages.push(damage.path);
  }
}

function idOf(payload: string): number {
  return (JSON.parse(payload) as { readonly id: number }).id;
}

function linesOf(content: string | undefined): string[] {
  return (content ?? '').split('\n').filter((line) => line !== '');
}
