import type { Plan } from '../../plan/Plan';
import { ParallelCollectionRDD } from '../../streaming/rdd/ParallelCollectionRDD';
import type { PreparedTransform, StageEnvironment, UserCalls, NarrowTransform } from '../BuildEnvironment';
import type { DataRecord, RawRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { prepareMapping } from '../prepare/map';
import { preparePassing } from '../prepare/passedOn';
import { prepareDecoding } from '../prepare/receiver';
import { PieceEnvironment, type PieceReport } from './PieceReport';
import type { Branch, NarrowOperator } from './Stage';

/** What became of a piece. */
export interface PieceResult {
  readonly records: readonly DataRecord[];
  readonly report: PieceReport;
}

/** Runs pieces of batches through one branch of a stage: the same in the graph's own thread and in its helpers. */
export class BranchRunner {
  readonly #environment: PieceEnvironment;
  readonly #transform: NarrowTransform<RawRecord>;
  readonly #decode: PreparedTransform<RawRecord>;
  readonly #path: readonly PreparedTransform[];

  /**
   * @param calls is told when user code is entered and left
   * @throws EngineProblem for user code that is not valid
   */
  constructor(plan: Plan, { receiver, path }: Branch, options: RunOptions, calls: UserCalls) {
    this.#decode = prepareDecoding(receiver);
    this.#path = path.map((operator) => prepareNarrow(operator, options));
    this.#environment = new PieceEnvironment(plan, options, calls);
    this.#transform = this.transform(this.#environment);
  }

  /** The whole branch, as part of a stream. */
  transform(environment: StageEnvironment): NarrowTransform<RawRecord> {
    const decode = this.#decode(environment);
    const path = this.#path.map((prepared) => prepared(environment));
    return (rdd, time) => path.reduce((results, step) => step(results, time), decode(rdd, time));
  }

  /**
   * Runs a piece; the next one may come when this one has been run.
   * @param time of the batch, ms since the epoch
   */
  async run(records: readonly RawRecord[], time: number): Promise<PieceResult> {
    this.#environment.begin();
    const piece = new ParallelCollectionRDD<RawRecord>({ defaultParallelism: 1 }, [records]);
    const results = await this.#transform(piece, time).collect();
    return { records: results, report: this.#environment.report };
  }
}

function prepareNarrow(operator: NarrowOperator, options: RunOptions): PreparedTransform {
  if (operator.type !== 'map') return preparePassing(operator.id);
  const { mode } = operator.parameters;
  if (mode === 'batch') throw new Error(`The operator ${operator.id} needs whole batches and cannot run over a piece of one.`);
  return prepareMapping(operator, mode, options);
}
