import type { WindowOperator } from '../../plan/Plan';
import type { BatchState, Records } from '../../streaming/BatchState';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import type { PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import { closingTimes } from './slides';

/** A window of records: at each slide, all that came in the last `length` ms. */
export function prepareWindow(operator: WindowOperator, fingerprint: string): PreparedOperator {
  return (input, environment) => {
    if (input === undefined) return undefined;
    const { length, slide } = operator.parameters;
    const step = input.stream.slideDuration;
    const state = environment.state(operator.id, fingerprint, () => new RecordWindow(length, slide, step));
    const figures = environment.figures(operator.id);
    state.counted = (taken, emitted) => {
      figures.recordsIn += taken;
      figures.recordsOut += emitted;
    };
    return {
      stream: new StatefulDStream(input.stream, state, slide, length),
      span: length,
      completeSince: () => Math.max(state.since ?? Infinity, input.completeSince()),
    };
  };
}

/** The records of the batches that a window still reaches back to. */
class RecordWindow implements BatchState<DataRecord, DataRecord> {
  /** The end of the last batch before the first one taken in, ms since the epoch. */
  since: number | undefined;
  counted: (taken: number, emitted: number) => void = () => undefined;
  readonly #length: number;
  readonly #slide: number;
  readonly #step: number;
  #panes: { readonly time: number; readonly records: readonly DataRecord[] }[] = [];

  constructor(length: number, slide: number, step: number) {
    this.#length = length;
    this.#slide = slide;
    this.#step = step;
  }

  take(time: number, records: Records<DataRecord>): void {
    const pane: DataRecord[] = [];
    records((record) => pane.push(record));
    this.since ??= time - this.#step;
    this.#panes = this.#panes.filter((other) => other.time > time - this.#length && other.time !== time);
    this.#panes.push({ time, records: pane });
    this.counted(pane.length, 0);
  }

  emit(time: number): readonly DataRecord[] {
    const records: DataRecord[] = [];
    for (const pane of this.#panes) {
      if (pane.time > time - this.#length && pane.time <= time) {
        for (const record of pane.records) records.push(record);
      }
    }
    this.counted(0, records.length);
    return records;
  }

  closingTimes(after: number, before: number): readonly number[] {
    const last = this.#panes.findLast((pane) => pane.records.length > 0);
    return last === undefined ? [] : closingTimes(after, Math.min(before, last.time + this.#length), this.#slide);
  }
}
