import type { Clock } from '../../ports/Clock';
import type { RDD } from '../../streaming/rdd/RDD';
import type { DataRecord } from '../DataRecord';
import type { SampleEvent, SampleWish } from '../Engine';
import { InputSamples } from './InputSamples';
import { lastOfEach } from './lastOfEach';
import type { PassedRecords } from './PassedRecords';
import { SampledRDD } from './SampledRDD';
import { sampleOf } from './sampleOf';

/** ms between two times that samples are told: nobody reads faster, and batches may be short. */
const PERIOD = 500;

/** Of one operator: by what its records come from. */
type OperatorSamples = Map<string, InputSamples>;

/**
 * The last records that flowed into the operators of a graph that somebody looks at. It belongs to no plan: which operators these
 * are may change at any time, and holds from the next batch on, without anything of what runs being made anew. While nobody looks,
 * streams ask it once a batch and do nothing else.
 */
export class Samples {
  readonly #clock: Clock;
  #wish: SampleWish = { operators: [], records: 0, bytes: 0 };
  #tell: (event: SampleEvent) => void = () => undefined;
  #operators: ReadonlyMap<string, OperatorSamples> = new Map<string, OperatorSamples>();
  #lastTold = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks at these operators from now on. @param tell told after a batch what it brought */
  look(wish: SampleWish, tell: (event: SampleEvent) => void): void {
    this.#wish = wish;
    this.#tell = tell;
    this.#operators = new Map(wish.operators.map((id) => [id, this.#operators.get(id) ?? new Map<string, InputSamples>()]));
  }

  /** Whether somebody looks at one of these. */
  areWantedOf(operators: readonly string[]): boolean {
    return this.#operators.size > 0 && operators.some((id) => this.#operators.has(id));
  }

  /**
   * The records of a batch on their way into an operator: the very same where nobody looks at it.
   * @param from names the input
   * @param time of the batch, ms since the epoch
   */
  on(rdd: RDD<DataRecord>, operator: string, from: string, time: number): RDD<DataRecord> {
    const inputs = this.#operators.get(operator);
    if (inputs === undefined) return rdd;
    let samples = inputs.get(from);
    if (samples === undefined) inputs.set(from, samples = new InputSamples(this.#wish.records));
    return new SampledRDD(rdd, samples, time);
  }

  /** Counts records that passed into an operator where they could not be noted. They belong to the batch that runs. */
  passedElsewhere(operator: string, from: string, records: number): void {
    this.#operators.get(operator)?.get(from)?.passedElsewhere(records);
  }

  /** A batch has ended. */
  batchEnded(): void {
    if (this.#operators.size === 0) return;
    const now = this.#clock.monotonic();
    if (now - this.#lastTold < PERIOD) return;
    for (const [operator, inputs] of this.#operators) {
      const passed = [...inputs.values()].flatMap((samples) => samples.take());
      if (passed.length === 0) continue;
      this.#lastTold = now;
      this.#tell(this.#event(operator, inputs, passed));
    }
  }

  #event(operator: string, inputs: OperatorSamples, passed: readonly PassedRecords[]): SampleEvent {
    const { records, bytes } = this.#wish;
    const batchTime = Math.max(...passed.map(({ time }) => time));
    const last = lastOfEach([...inputs.values()].map((samples) => samples.last), records);
    return {
      operator,
      batchTime,
      batchRecords: passed.reduce((sum, { time, count }) => sum + (time === batchTime ? count : 0), 0),
      records: last.map((record) => sampleOf(record, bytes)),
    };
  }
}
