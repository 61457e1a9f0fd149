/**
 * What it costs Node-RED that somebody looks: an editor with the Streaming sidebar open asks for one snapshot a second. It is asked here as
 * the sidebar asks, over HTTP, for what is new since the last answer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MonitorSnapshot } from '../src/flow/monitor/snapshot';
import type { Bench, Variant } from './support/bench';
import type { LoopDelays } from './support/meter';
import { Stage } from './support/Stage';

/** Messages a second. */
const RATE = 20_000;
/** s */
const LENGTH = 10;

/** ms from one snapshot to the next. */
const PERIOD = 1000;

const OPEN = 'one sidebar open';
const CLOSED = 'nobody looks';

/** Looks as the sidebar does, until it is closed. */
class Looker {
  readonly #url: string;
  readonly #begun = performance.now();
  #bytes = 0;
  #since = '';
  #plan = '';
  #graph = '';
  #isOpen = true;
  readonly #looking: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#looking = this.#look();
  }

  /** @returns KB a second that went over the wire, headers not counted */
  async close(): Promise<number> {
    this.#isOpen = false;
    await this.#looking;
    return this.#bytes / (performance.now() - this.#begun);
  }

  async #look(): Promise<void> {
    while (this.#isOpen) {
      const query = new URLSearchParams({ graph: this.#graph, since: this.#since, plan: this.#plan });
      for (const [name, value] of [...query]) if (value === '') query.delete(name);
      const response = await fetch(`${this.#url}/dstream/monitor?${query.toString()}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`The snapshot was refused: ${String(response.status)} ${text}`);
      this.#bytes += Buffer.byteLength(text);
      const snapshot = JSON.parse(text) as MonitorSnapshot;
      this.#graph ||= snapshot.graphs[0]?.id ?? '';
      if (snapshot.graph !== undefined) {
        this.#since = String(snapshot.graph.sequence);
        this.#plan = String(snapshot.graph.revision);
      }
      await pause(PERIOD);
    }
  }
}

const bench: Bench = {
  work: `${RATE / 1000},000 messages/s at QoS 0 for ${LENGTH} s, mean per sensor per second: the event loop of Node-RED's main thread, and what one editor gets`,
  goal: '99th percentile of the delay at most 5 ms more with the sidebar open; at most 50 KB/s per editor',
  rounds: 3,
  run: (session) =>
    Stage.set(session, async (stage) => {
      const subscriber = await stage.subscriber('ours');
      const { subject } = subscriber;
      const variants = [CLOSED, OPEN].map((name): Variant => ({
        name,
        run: async () => {
          let delays: LoopDelays | undefined;
          const looker = name === OPEN ? new Looker(subject.url) : undefined;
          await subject.watch();
          const { received, lost, took } = await stage.run(subscriber, { qos: 0, rate: RATE, count: RATE * LENGTH }, async () => {
            delays = await subject.delays();
          });
          return {
            'p99 ms': delays?.percentile99 ?? NaN,
            'p99 wait ms': delays?.wait99 ?? NaN,
            'max ms': delays?.max ?? NaN,
            'KB/s': (await looker?.close()) ?? 0,
            'messages/s': (received * 1000) / took,
            lost,
          };
        },
      }));
      await session.compare({ name: 'main thread', variants, baseline: CLOSED, ratiosOf: ['p99 ms', 'p99 wait ms'] });
    }),
};

export default bench;
