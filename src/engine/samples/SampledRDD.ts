import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import type { RDD } from '../../streaming/rdd/RDD';
import { refining } from '../../streaming/rdd/Step';
import type { DataRecord } from '../DataRecord';
import type { InputSamples } from './InputSamples';
import type { PassedRecords } from './PassedRecords';

/** The same records; the last of them are noted as they pass. All that this costs is one more step of the pass that they take anyway. */
export class SampledRDD extends NarrowRDD<DataRecord, DataRecord> {
  readonly #samples: InputSamples;
  readonly #passed: PassedRecords;

  /** @param time of the batch, ms since the epoch */
  constructor(parent: RDD<DataRecord>, samples: InputSamples, time: number) {
    const passed = samples.of(time);
    super(parent, NOTING, passed);
    this.#samples = samples;
    this.#passed = passed;
  }

  override prepare(): undefined {
    this.#samples.begin(this.#passed);
  }
}

const NOTING = refining((record: DataRecord, passed: PassedRecords) => {
  passed.add(record);
  return record;
});
