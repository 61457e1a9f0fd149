import { appendFile, mkdir, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tab } from '../flows';
import { Mosquitto } from '../Mosquitto';
import type { FlowNode } from '../NodeRed';
import { Deliveries } from './Deliveries';
import { broker, controlGraph, durableGraph, type Outputs, outputsOf, TOPIC, WINDOW } from './drawing';
import { batchTimeOf, bytesBelow, linesIn, linesOf, outputFiles } from './files';
import { complaints, KilledNodeRed, killLife, type Life } from './KilledNodeRed';
import { type Kill, killSchedule, LONGEST_LIFE } from './killSchedule';
import { Publishing } from './Publishing';
import { type Again, type Verdict, verifyLedger } from './verifyLedger';
import { batchesOf, type ResultVerdict, verifyTotals, verifyWindows } from './verifyResults';

/** What the broker may send before it is acknowledged, to each client: mosquitto's default is 20. */
export const BROKER_IN_FLIGHT = 100;

/**
 * The broker's settings. Its queue has no limit: one that overflows while nobody reads loses records that no receiver ever saw.
 * What it holds survives its own end too, though it is never ended here.
 */
export const BROKER_LINES = ['max_queued_messages 0', `max_inflight_messages ${String(BROKER_IN_FLIGHT)}`, 'log_type subscribe'];

export interface KillOptions {
  /** Everything that looks random follows from it. */
  readonly seed: number;
  readonly kills: number;
  /** A durable graph for each. */
  readonly qos: readonly (1 | 2)[];
  /** Messages a second. */
  readonly rate: number;
  readonly sensors: number;
  /** An empty or new folder for everything that is written. */
  readonly folder: string;
  readonly log?: (line: string) => void;
}

/** Milliseconds of several starts. */
export interface Restarts {
  /** From the start of the process until its flows have started. */
  readonly flows: readonly number[];
  /** From then until the broker has all clients again, with the sessions that it kept for them. */
  readonly connected: readonly number[];
  /** From then until a batch that was due after the start has its file: by graph. */
  readonly firstBatch: Readonly<Record<string, readonly number[]>>;
}

export interface GraphVerdict {
  /** By the sink with one file a batch. */
  readonly records: Verdict;
  /** By the sink with one file a day. */
  readonly lines: Verdict;
  readonly windows: ResultVerdict;
  readonly totals: ResultVerdict;
}

export interface KillResult {
  readonly options: KillOptions;
  readonly kills: Readonly<Record<Kill['when'], number>>;
  readonly seconds: number;
  readonly control: Verdict;
  readonly graphs: ReadonlyMap<string, GraphVerdict>;
  /** How many times the broker has delivered something again to the graph of QoS 1. */
  readonly redelivered: number;
  readonly restarts: Restarts;
  /** Different warnings and errors that Node-RED printed, with how often. */
  readonly complaints: ReadonlyMap<string, number>;
}

/** ms without any new byte of output after which nothing more is expected. */
const QUIET = 4000;
/** ms from the start of the flows until records must flow again: longer than a lease takes that only time can free. */
const LONGEST_RECOVERY = 40_000;
/** ms; what has not come by then counts as missing. */
const LONGEST_DRAIN = 120_000;
const CONTROL = 'control';

export function graphName(qos: 1 | 2): string {
  return `qos${String(qos)}`;
}

/**
 * Publishes steadily, kills Node-RED by the schedule of the seed and starts it again at once, and then counts. The control stands in
 * the same process as the durable graphs, so it dies the same deaths. @throws where Node-RED ends by itself, or the publisher fails
 */
export async function runKills(options: KillOptions): Promise<KillResult> {
  const { seed, folder, log = () => undefined } = options;
  const begun = performance.now();
  const outputs = join(folder, 'outputs');
  const ledger = join(folder, 'ledger.txt');
  const highest = options.qos.includes(2) ? 2 : 1;
  await mkdir(outputs, { recursive: true });
  const mosquitto = await Mosquitto.start(BROKER_LINES, { quiet: true });
  const deliveries = await Deliveries.start(mosquitto.port);
  let life: Life | undefined;
  let publishing: Publishing | undefined;
  try {
    const nodeRed = await KilledNodeRed.prepare(join(folder, 'node-red'), drawing(options, mosquitto.port, deliveries.port, outputs));
    const observer = new Observer(options, mosquitto, outputs);
    life = await nodeRed.begin();
    await life.started();
    // What is published before anybody has subscribed reaches nobody.
    await observer.allSubscribed();
    publishing = new Publishing({
      url: mosquitto.url, topic: TOPIC, qos: highest, rate: options.rate, sensors: options.sensors, producer: `p${String(seed)}`, ledger, seed,
    });
    await pause(LONGEST_LIFE);
    const counts = { flowing: 0, recovering: 0, starting: 0 };
    for (const [index, kill] of killSchedule(seed, options.kills).entries()) {
      if (kill.when === 'recovering') await life.started();
      if (kill.when === 'flowing') await observer.flowing(life);
      await pause(kill.after);
      counts[kill.when]++;
      await observer.end(life);
      life = await nodeRed.begin();
      if ((index + 1) % 50 === 0) log(`${String(index + 1)} kills in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
    await life.started();
    const published = await publishing.stop();
    log(`published ${String(published)}; waiting until nothing more comes`);
    await drained(outputs, life);
    await observer.end(life);
    const graphs = new Map<string, GraphVerdict>();
    const again: Again = (producer, sequence) => deliveries.again(producer, sequence);
    for (const qos of options.qos) graphs.set(graphName(qos), await judge(ledger, outputsOf(outputs, graphName(qos)), again));
    return {
      options,
      kills: counts,
      seconds: (performance.now() - begun) / 1000,
      control: await verifyLedger(linesOf(ledger), linesIn(outputsOf(outputs, CONTROL).lines)),
      graphs,
      redelivered: deliveries.count,
      restarts: observer.restarts,
      complaints: observer.complaints,
    };
  } finally {
    await life?.process.kill();
    await publishing?.kill();
    await deliveries.stop();
    await writeFile(join(folder, 'mosquitto.txt'), mosquitto.log.join('\n'));
    await mosquitto.stop();
  }
}

/** @param watchedPort leads to the broker too, through whoever counts what is delivered again */
function drawing({ qos }: KillOptions, port: number, watchedPort: number, outputs: string): FlowNode[] {
  const highest = qos.includes(2) ? 2 : 1;
  return [
    tab(),
    broker('broker2', port),
    broker('broker1', watchedPort),
    ...qos.flatMap((each) => durableGraph(graphName(each), each, `broker${String(each)}`, outputsOf(outputs, graphName(each)))),
    ...controlGraph(highest, port, outputsOf(outputs, CONTROL)),
  ];
}

/**
 * Resolves when no file has grown for a while: a ledger must not be judged while records are on their way. A window closes when its
 * last batch is due, so this is longer than a slide.
 */
export async function drained(outputs: string, life?: Life): Promise<void> {
  const end = performance.now() + LONGEST_DRAIN;
  let bytes = -1;
  let since = performance.now();
  while (performance.now() - since < QUIET + WINDOW.length && performance.now() < end) {
    if (life?.process.exit !== undefined) throw new Error(`Node-RED has ended by itself:\n${life.process.lastLines()}`);
    const now = await bytesBelow(outputs);
    if (now !== bytes) since = performance.now();
    bytes = now;
    await pause(100);
  }
}

/** Compares everything that a durable graph has written with the ledger, and its results with its records. */
export async function judge(ledger: string, outputs: Outputs, again?: Again): Promise<GraphVerdict> {
  const batches = await batchesOf(filesOf(outputs.records));
  return {
    records: await verifyLedger(linesOf(ledger), linesIn(outputs.records), again),
    lines: await verifyLedger(linesOf(ledger), linesIn(outputs.lines), again),
    windows: await verifyWindows(batches, linesIn(outputs.windows), WINDOW),
    totals: await verifyTotals(batches, filesOf(outputs.totals)),
  };
}

async function* filesOf(folder: string): AsyncGenerator<{ batchTime: number; rows: AsyncIterable<string> }> {
  for (const name of await outputFiles(folder)) {
    const batchTime = batchTimeOf(name);
    if (batchTime === undefined) throw new Error(`${name} does not say the time of its batch.`);
    yield { batchTime, rows: linesOf(join(folder, name)) };
  }
}

/** The client ids of receivers and of the control that have connected, from a line of the broker's log on. */
export function connections(mosquitto: Mosquitto, from: number): string[] {
  return mosquitto.log.slice(from).flatMap((line) => /New client connected from \S+ as ((?:dstream|control)\S*)/.exec(line)?.[1] ?? []);
}

/** Looks at what happens after each start, and keeps what Node-RED complained of. */
class Observer {
  readonly complaints = new Map<string, number>();
  readonly #options: KillOptions;
  readonly #mosquitto: Mosquitto;
  readonly #outputs: string;
  /** The line of the broker's log at which the life begins. */
  #from = 0;
  readonly #flows: number[] = [];
  readonly #connected: number[] = [];
  readonly #firstBatch: Record<string, number[]> = {};

  constructor(options: KillOptions, mosquitto: Mosquitto, outputs: string) {
    this.#options = options;
    this.#mosquitto = mosquitto;
    this.#outputs = outputs;
  }

  get restarts(): Restarts {
    return { flows: this.#flows, connected: this.#connected, firstBatch: this.#firstBatch };
  }

  async allSubscribed(): Promise<void> {
    const clients = this.#options.qos.length + 1;
    const end = performance.now() + 30_000;
    while (this.#subscriptions(0) < clients) {
      if (performance.now() > end) {
        throw new Error(`Only ${String(this.#subscriptions(0))} of ${String(clients)} clients have subscribed. The broker's log:\n${this.#mosquitto.log.slice(-20).join('\n')}`);
      }
      await pause(10);
    }
  }

  /** Resolves when every durable graph has written a batch that was due after the flows had started, and all clients are connected. */
  async flowing(life: Life): Promise<void> {
    const started = await life.started();
    this.#flows.push(started - life.begun);
    const limit = AbortSignal.timeout(LONGEST_RECOVERY);
    await Promise.all([
      ...this.#options.qos.map((qos) => this.#watchBatches(graphName(qos), started, limit)),
      this.#watchConnections(started, limit),
    ]);
    if (limit.aborted) {
      const why = `Within ${String(LONGEST_RECOVERY)} ms of a start not every graph has written a batch.`;
      throw new Error(`${why} The last lines of Node-RED:\n${life.process.lastLines()}`);
    }
  }

  async end(life: Life): Promise<void> {
    await killLife(life);
    this.#from = this.#mosquitto.log.length;
    const head = `--- process ${String(life.process.pid)}, begun ${new Date(life.begun).toISOString()}, killed ${new Date().toISOString()}`;
    await appendFile(join(this.#options.folder, 'node-red.txt'), `${head}\n${life.process.lines.join('\n')}\n`);
    for (const line of complaints(life)) {
      // Without times and other numbers, so that what happens again and again is told once.
      const kind = line.replace(/^.*?(?=\[(error|warn)\])/, '').replace(/\d+/g, 'n');
      this.complaints.set(kind, (this.complaints.get(kind) ?? 0) + 1);
    }
  }

  #subscriptions(from: number): number {
    return this.#mosquitto.log.slice(from).filter((line) => line.endsWith(` ${TOPIC}/+`)).length;
  }

  /** A broker that has kept a session need not be asked for the subscription again, so it is connections that tell. */
  async #watchConnections(started: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (connections(this.#mosquitto, this.#from).length > this.#options.qos.length) {
        this.#connected.push(Date.now() - started);
        return;
      }
      await pause(5);
    }
  }

  async #watchBatches(graph: string, started: number, signal: AbortSignal): Promise<void> {
    const { records } = outputsOf(this.#outputs, graph);
    try {
      await mkdir(records, { recursive: true });
      for await (const { filename } of watch(records, { signal })) {
        if ((batchTimeOf(filename ?? '') ?? 0) >= started) {
          (this.#firstBatch[graph] ??= []).push(Date.now() - started);
          return;
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

