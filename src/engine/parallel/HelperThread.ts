import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CallMonitor, type MonitoredCall } from '../CallMonitor';
import type { RawRecord } from '../DataRecord';
import { Watchdog } from '../remote/Watchdog';
import type { PieceResult } from './BranchRunner';
import type { BranchOrder, Undone } from './Helpers';
import { helperLost, type Loss } from './helperLost';
import { type FromHelper, packPiece, type ToHelper, unpackResult } from './messages';
import { memoryOf } from './packedRecords';

/** How many orders a helper remembers: those of older drawings among them. */
const MOST_ORDERS = 20;

const UNPORTABLE: Undone = { problem: undefined };

export interface HelperOptions {
  /** MB of JavaScript heap. */
  readonly heapLimit: number;
  /** ms that one call of user code may take. */
  readonly hangLimit: number;
}

/** A piece that is being run. */
interface Pending {
  readonly order: BranchOrder;
  readonly records: readonly RawRecord[];
  readonly resolve: (result: PieceResult | Undone) => void;
}

/** A thread that runs pieces of batches for the thread that made it, which watches it. */
export class HelperThread {
  readonly #worker: Worker;
  readonly #watchdog: Watchdog;
  readonly #pending = new Map<number, Pending>();
  /** What it knows how to run, what was asked for last behind the others. */
  readonly #orders = new Map<number, BranchOrder>();
  readonly #lost: () => void;
  #nextPiece = 0;
  #isAlive = true;

  /** @param lost is called when it has ended without being asked to */
  constructor({ heapLimit, hangLimit }: HelperOptions, lost: () => void) {
    this.#lost = lost;
    const monitor = new CallMonitor();
    this.#worker = new Worker(join(__dirname, 'helperMain.js'), {
      name: 'dstream helper',
      workerData: monitor.memory,
      resourceLimits: { maxOldGenerationSizeMb: heapLimit },
    });
    this.#worker.on('message', (message: FromHelper) => {
      this.#received(message);
    });
    this.#worker.on('error', (error: Error & { code?: string }) => {
      this.#ended(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? { kind: 'memory' } : { kind: 'crashed', reason: error.message });
    });
    this.#worker.on('messageerror', (error) => {
      this.#ended({ kind: 'crashed', reason: error.message });
    });
    this.#worker.on('exit', (code) => {
      this.#ended({ kind: 'crashed', reason: `it ended with code ${String(code)}` });
    });
    this.#watchdog = new Watchdog(monitor, hangLimit, {
      hung: (call, milliseconds) => {
        this.#ended({ kind: 'hung', milliseconds }, call);
      },
      grown: (call) => {
        this.#ended({ kind: 'memory' }, call);
      },
    });
  }

  /** Pieces that it has not done yet. */
  get load(): number {
    return this.#pending.size;
  }

  /** @param number names the order among those of this helper */
  run(number: number, order: BranchOrder, records: readonly RawRecord[], time: number): Promise<PieceResult | Undone> {
    const packed = packPiece(records);
    if (packed === undefined) return Promise.resolve(UNPORTABLE);
    this.#teach(number, order);
    const piece = this.#nextPiece++;
    return new Promise((resolve) => {
      this.#pending.set(piece, { order, records, resolve });
      this.#send({ type: 'piece', order: number, piece, time, records: packed }, memoryOf(packed));
    });
  }

  async stop(): Promise<void> {
    this.#isAlive = false;
    this.#watchdog.stop();
    this.#giveBack({ kind: 'crashed', reason: 'it was stopped' });
    await this.#worker.terminate();
  }

  /** Tells it how to run what an order is about, unless it knows. What has not been asked for the longest time is forgotten. */
  #teach(number: number, order: BranchOrder): void {
    const isKnown = this.#orders.delete(number);
    this.#orders.set(number, order);
    if (isKnown) return;
    // Nobody there needs secrets.
    this.#send({ type: 'order', order: number, plan: order.plan, branch: order.branch, options: { ...order.options, secrets: {} } });
    const [oldest] = this.#orders.keys();
    if (this.#orders.size <= MOST_ORDERS || oldest === undefined) return;
    this.#orders.delete(oldest);
    this.#send({ type: 'forget', order: oldest });
  }

  #send(message: ToHelper, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, memory);
  }

  #received(message: FromHelper): void {
    if (message.type === 'background') {
      this.#orders.get(message.order)?.backgroundFailure(message.operator, new Error(message.reason));
      return;
    }
    const pending = this.#pending.get(message.piece);
    this.#pending.delete(message.piece);
    pending?.resolve(message.type === 'result' ? unpackResult(message.result, pending.records) : UNPORTABLE);
  }

  /** @param call the user code that it was in, where that is known */
  #ended(loss: Loss, call?: MonitoredCall): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#watchdog.stop();
    void this.#worker.terminate();
    // First, so that nobody gives it the pieces again that come back now.
    this.#lost();
    this.#giveBack(loss, call);
  }

  #giveBack(loss: Loss, call?: MonitoredCall): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    const guilty = call === undefined ? undefined : this.#orders.get(call.channel);
    for (const { order, resolve } of pending) {
      resolve({ problem: helperLost(loss, order.plan, guilty === order ? call?.operator : undefined) });
    }
  }
}
