import type { JoinOperator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { RDD } from '../../streaming/rdd/RDD';
import { NarrowRDD } from '../../streaming/rdd/NarrowRDD';
import { refining } from '../../streaming/rdd/Step';
import { UnionRDD } from '../../streaming/rdd/UnionRDD';
import type { BuildEnvironment, PreparedOperator } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import type { OperatorFigures } from '../OperatorFigures';
import { JoinedRDD } from './JoinedRDD';

/** The most pairs of a left and a right record that one batch gives: 10,000 of one key on both sides would make 100 million. */
export const PAIR_LIMIT = 1_000_000;

/** Two streams brought together by key, batch by batch; its input is the left one. */
export function prepareJoin(operator: JoinOperator): PreparedOperator {
  const { mode } = operator.parameters;
  return (left, environment, right) => {
    if (left === undefined || right === undefined) return undefined;
    const figures = environment.figures(operator.id);
    const stream = left.stream.transformWith(right.stream, (ofLeft, ofRight, time): RDD<DataRecord> => {
      if (mode === 'union') return counted(new UnionRDD(ofLeft.environment, [ofLeft, ofRight]), figures, true);
      const joined = new JoinedRDD(ofLeft, ofRight, mode, time, PAIR_LIMIT, ({ recordsIn, pairsLeftOut }) => {
        figures.recordsIn += recordsIn;
        if (pairsLeftOut > 0) tooManyPairs(operator.id, pairsLeftOut, environment);
      });
      return counted(joined, figures, false);
    });
    return {
      stream,
      span: Math.max(left.span, right.span),
      completeSince: () => Math.max(left.completeSince(), right.completeSince()),
    };
  };
}

/** Counts records as they pass. */
function counted(rdd: RDD<DataRecord>, figures: OperatorFigures, asInput: boolean): RDD<DataRecord> {
  return new NarrowRDD(rdd, asInput ? COUNTING_BOTH : COUNTING_OUT, figures);
}

const COUNTING_OUT = refining((record: DataRecord, figures: OperatorFigures) => {
  figures.recordsOut++;
  return record;
});

const COUNTING_BOTH = refining((record: DataRecord, figures: OperatorFigures) => {
  figures.recordsIn++;
  figures.recordsOut++;
  return record;
});

function tooManyPairs(operator: string, leftOut: number, environment: BuildEnvironment): void {
  environment.figures(operator).refused += leftOut;
  environment.failed(operator, 'join-too-many-pairs', (): Problem => ({
    nodeId: operator,
    code: 'join-too-many-pairs',
    what: `${String(leftOut)} pairs of a batch were left out: its records make ${String(PAIR_LIMIT + leftOut)}, `
      + `and the first ${String(PAIR_LIMIT)} were given.`,
    why: 'Each record of a key on the left meets each of that key on the right: a few thousand on both sides make millions.',
    fix: 'Choose a key with fewer records in a batch, put reduceByKey before one side, make windows shorter, or choose cogroup.',
  }));
}
