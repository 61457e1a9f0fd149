import type { WindowOperator } from '../../plan/Plan';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import type { PreparedOperator } from '../BuildEnvironment';
import { RecordWindow } from './RecordWindow';

/** A window of records: at each slide, all that came in the last `length` ms. */
export function prepareWindow(operator: WindowOperator, fingerprint: string): PreparedOperator {
  return (input, environment) => {
    if (input === undefined) return undefined;
    const { length, slide } = operator.parameters;
    const step = input.stream.slideDuration;
    const state = environment.state(operator.id, fingerprint, () => new RecordWindow(length, slide, step));
    const figures = environment.figures(operator.id);
    figures.estimateState = () => state.bytes;
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
