import type { Clock, Timer } from '../../ports/Clock';
import type { Source, SourceHost, SourceMessage } from '../Source';

export interface SimulatedParameters {
  /** How many sensors there are. */
  readonly sensors: number;
  /** Messages per sensor and second. */
  readonly rate: number;
  /** Other seeds give other values. */
  readonly seed: number;
}

/** ms; more often than this would cost more than it shows. */
const SHORTEST_TICK = 20;

/** The most messages handed over at once. */
const LARGEST_TICK = 10_000;

/** ms; after a longer sleep (a closed laptop) the source goes on from now instead of making up for all of it. */
const LONGEST_BACKLOG = 60_000;

/** Values in one slow wave. */
const WAVE_LENGTH = 60;

/** A number in [0, 1) that depends on the four numbers alone: they are mixed one by one, with MurmurHash3's finalizer. */
function fraction(seed: number, sensor: number, n: number, purpose: number): number {
  let state = 0x9e3779b9;
  for (const part of [seed, sensor, n, n / 2 ** 32, purpose]) {
    state = Math.imul(state ^ (part | 0), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
  }
  return (state >>> 0) / 2 ** 32;
}

/** A wave of period 1 between 0 and 1, smooth like a cosine, from exact arithmetic only: the same on every machine. */
function wave(phase: number): number {
  const rising = Math.abs(2 * (phase - Math.floor(phase)) - 1);
  return rising * rising * (3 - 2 * rising);
}

/**
 * The n-th value of a simulated sensor: a slow wave over 60 values around a level of the sensor's own (15 to 25), 5 high,
 * plus noise of at most half a unit either way; two decimals. It depends on its arguments alone.
 * @param sensor from 1
 * @param n from 1
 */
export function simulatedValue(seed: number, sensor: number, n: number): number {
  const level = 15 + 10 * fraction(seed, sensor, 0, 1);
  const phase = fraction(seed, sensor, 0, 2);
  const noise = fraction(seed, sensor, n, 3) - 0.5;
  return Math.round((level + 5 * (wave(n / WAVE_LENGTH + phase) - 0.5) + noise) * 100) / 100;
}

/**
 * Sensors that are made up: the n-th value of a sensor depends on (seed, sensor, n) alone.
 * The messages of all sensors are spread evenly over the second; one timer serves all. How many messages are owed follows
 * from the time since the start, so late timers make up for what they missed and the rate does not drift.
 */
export class SimulatedSource implements Source {
  readonly #host: SourceHost;
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #names: readonly string[];
  /** ms between two messages, whichever sensor they are of */
  readonly #gap: number;

  #timer: Timer | undefined;
  #running = false;
  /** Monotonic time at which message 0 would have been due. */
  #origin = 0;
  #sent = 0;
  #storing: Promise<void> | undefined;
  #refused = false;

  /** @throws RangeError where there are no sensors or the rate is not above zero */
  constructor(parameters: SimulatedParameters, host: SourceHost, clock: Clock) {
    const { sensors, rate, seed } = parameters;
    if (!Number.isSafeInteger(sensors) || sensors < 1) {
      throw new RangeError(`${String(sensors)} simulated sensors are not possible; give a whole number from 1.`);
    }
    if (!(rate > 0 && Number.isFinite(rate))) {
      throw new RangeError(`A rate of ${String(rate)} messages a second is not possible; give a number above 0.`);
    }
    this.#host = host;
    this.#clock = clock;
    this.#seed = seed;
    this.#gap = 1000 / (sensors * rate);
    const digits = Math.max(2, String(sensors).length);
    this.#names = Array.from({ length: sensors }, (_, index) => `sensor-${String(index + 1).padStart(digits, '0')}`);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#origin = this.#clock.monotonic() - this.#sent * this.#gap;
    const count = this.#names.length;
    this.#host.status({ state: 'running', text: count === 1 ? '1 sensor' : `${String(count)} sensors` });
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#storing;
  }

  #schedule(): void {
    if (!this.#running) return;
    const next = this.#origin + (this.#sent + 1) * this.#gap;
    this.#timer = this.#clock.schedule(Math.max(SHORTEST_TICK, next - this.#clock.monotonic()), () => {
      this.#tick();
    });
  }

  #tick(): void {
    this.#timer = undefined;
    const stored = this.#send();
    if (stored === undefined) {
      this.#schedule();
      return;
    }
    // While the host is busy nothing more is sent; what is owed then comes with the next tick.
    this.#storing = stored.then(
      () => {
        this.#refused = false;
        this.#schedule();
      },
      (error: unknown) => {
        if (this.#running) this.#report(error);
        this.#schedule();
      },
    );
  }

  #send(): Promise<void> | undefined {
    const messages = this.#takeOwed();
    if (messages.length === 0) return undefined;
    try {
      const stored = this.#host.store(messages);
      if (stored === undefined) this.#refused = false;
      return stored;
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  #takeOwed(): SourceMessage[] {
    let elapsed = this.#clock.monotonic() - this.#origin;
    const behind = elapsed - this.#sent * this.#gap;
    if (behind > LONGEST_BACKLOG + this.#gap) {
      this.#origin += behind - this.#gap;
      elapsed -= behind - this.#gap;
    }
    // Timers may fire a rounding error before a message is due.
    const owed = Math.floor(elapsed / this.#gap + 1e-6);
    const end = Math.min(owed, this.#sent + LARGEST_TICK);
    const messages: SourceMessage[] = [];
    for (; this.#sent < end; this.#sent++) messages.push(this.#message(this.#sent));
    return messages;
  }

  /** Message after message goes round the sensors. */
  #message(index: number): SourceMessage {
    const position = index % this.#names.length;
    const sequence = Math.floor(index / this.#names.length) + 1;
    const sensor = this.#names[position] ?? '';
    const value = simulatedValue(this.#seed, position + 1, sequence);
    return { topic: `simulated/${sensor}`, payload: { sensor, value, sequence } };
  }

  /** Once, until messages are taken again. */
  #report(error: unknown): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#host.problem({
      code: 'simulated-refused',
      what: 'Messages of the simulated sensors were not taken.',
      why: error instanceof Error ? error.message : String(error),
      fix: 'Choose fewer sensors or a lower rate, or make the batches faster.',
    });
  }
}
