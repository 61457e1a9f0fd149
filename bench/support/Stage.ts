import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ChildProcess } from '../../test/support/ChildProcess';
import { linesOf } from '../../test/support/kills/files';
import { Mosquitto } from '../../test/support/Mosquitto';
import type { Session } from './bench';
import { nodeRedsOwn, ours, type OwnOptions, type ResultLine } from './drawings';
import { Load } from './Load';
import { Subject } from './Subject';

/** Sensors that send in turn. */
export const SENSORS = 1000;

/** ms without any result after which what is missing counts as lost. */
const LONGEST_SILENCE = 30_000;

/** ms between two looks at the results. */
const LOOK = 100;

/** Messages that show whether a subscriber gets any. */
const PROBES = 10;

/** How long results of a probe may take: ms, two batches and something. */
const PROBE_TIME = 2500;

/** ms */
const LONGEST_START = 30_000;

/** Who takes messages, and where its results go. */
interface Subscriber {
  readonly subject: Subject;
  readonly topic: string;
  readonly file: string;
  /** Lines of the file that belong to earlier loads. */
  seen: number;
}

export interface LoadOfRun {
  readonly qos: 0 | 1;
  /** Messages a second; 0: as many as the broker takes. */
  readonly rate: number;
  readonly count: number;
}

/** What a subscriber made of a load. */
export interface Reception {
  readonly lines: readonly ResultLine[];
  readonly received: number;
  readonly lost: number;
  /** From the first message published until the last result: ms. */
  readonly took: number;
  /** CPU time of the subscriber's process, with all its threads, in the meantime: µs. */
  readonly cpu: number;
}

export type SubscriberKind = 'bare' | 'ours' | 'theirs';

/**
 * What the MQTT benchmarks run on: a mosquitto, a load, and subscribers that stay from round to round, each with messages of its own. All
 * of them share one machine, as they would on a small gateway; who has nothing to do takes next to nothing.
 */
export class Stage {
  readonly #session: Session;
  readonly #folder: string;
  readonly #mosquitto: Mosquitto;
  readonly #load = new Load();
  readonly #subscribers: Subscriber[] = [];

  private constructor(session: Session, folder: string, mosquitto: Mosquitto) {
    this.#session = session;
    this.#folder = folder;
    this.#mosquitto = mosquitto;
  }

  /** Sets the stage for `perform`, and takes everything down again, however that ends. */
  static async set(session: Session, perform: (stage: Stage) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-bench-'));
    // Without a limit nothing is dropped that a subscriber has not taken yet.
    const mosquitto = await Mosquitto.start(['autosave_interval 1800', 'max_queued_messages 0'], { quiet: true });
    const stage = new Stage(session, folder, mosquitto);
    try {
      await perform(stage);
    } finally {
      await Promise.all([...stage.#subscribers.map(({ subject }) => subject.stop()), stage.#load.stop()]);
      await mosquitto.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  get port(): number {
    return this.#mosquitto.port;
  }

  get folder(): string {
    return this.#folder;
  }

  /** @param options for `ours` alone */
  async subscriber(kind: SubscriberKind, options: OwnOptions = {}): Promise<Subscriber> {
    const topic = `${kind}${String(this.#subscribers.length)}`;
    const file = join(this.#folder, `${topic}.jsonl`);
    const subscriber = { subject: await this.#start(kind, { port: this.port, topic, file, ...options }), topic, file, seen: 0 };
    this.#subscribers.push(subscriber);
    await this.#subscribed(subscriber);
    return subscriber;
  }

  /** Resolves when messages get through: Node-RED's flows have started before the broker knows of their subscriptions. */
  async #subscribed(subscriber: Subscriber): Promise<void> {
    const end = performance.now() + LONGEST_START;
    for (;;) {
      await this.#load.publish({ qos: 0, rate: 0, count: PROBES, port: this.port, topic: subscriber.topic, sensors: PROBES });
      await pause(PROBE_TIME);
      if ((await read(subscriber)).length > 0) return;
      if (performance.now() > end) {
        const { process } = subscriber.subject;
        throw new Error(`${subscriber.topic} has got no message within ${String(LONGEST_START)} ms. Its last lines:\n${process.lastLines()}`);
      }
    }
  }

  #start(kind: SubscriberKind, drawing: Parameters<typeof ours>[0]): Promise<Subject> {
    const { nodeParameters } = this.#session;
    if (kind === 'bare') {
      const program = [join(__dirname, 'bareSubscriber.js'), this.#mosquitto.url, drawing.topic, drawing.file];
      return Subject.program(new ChildProcess(process.execPath, [...nodeParameters, ...Subject.meterParameters, ...program], { channel: true }));
    }
    const flows = kind === 'ours' ? ours(drawing) : nodeRedsOwn(drawing);
    return Subject.nodeRed(join(this.#folder, `node-red-${drawing.topic}`), flows, { nodeParameters });
  }

  /**
   * Publishes for one subscriber, and waits for its results. Of a quick session much less.
   * @param whenPublished what is to happen once the last message is published
   */
  async run(subscriber: Subscriber, load: LoadOfRun, whenPublished: () => Promise<void> = () => Promise.resolve()): Promise<Reception> {
    const count = this.#session.isQuick ? Math.min(load.count, 2 * SENSORS) : load.count;
    subscriber.seen += (await read(subscriber)).length;
    const before = await subscriber.subject.figures();
    const begun = Date.now();
    const published = this.#load.publish({ ...load, count, port: this.port, topic: subscriber.topic, sensors: SENSORS });
    const [lines] = await Promise.all([this.#results(subscriber, count), published.then(whenPublished)]);
    const after = await subscriber.subject.figures();
    return {
      lines,
      received: total(lines),
      lost: count - total(lines),
      took: (lines.at(-1)?.[0] ?? NaN) - begun,
      cpu: after.cpu - before.cpu,
    };
  }

  /** The lines of one load: until all messages are in them, or no further ones come. */
  async #results(subscriber: Subscriber, count: number): Promise<ResultLine[]> {
    let lines: ResultLine[] = [];
    let silentSince = performance.now();
    while (total(lines) < count && performance.now() - silentSince < LONGEST_SILENCE) {
      await pause(LOOK);
      const now = await read(subscriber);
      if (now.length > lines.length) silentSince = performance.now();
      lines = now;
    }
    return lines;
  }
}

async function read({ file, seen }: Subscriber): Promise<ResultLine[]> {
  const lines: ResultLine[] = [];
  for await (const line of linesOf(file)) lines.push(JSON.parse(line) as ResultLine);
  return lines.slice(seen);
}

function total(lines: readonly ResultLine[]): number {
  return lines.reduce((sum, [, , count]) => sum + count, 0);
}
