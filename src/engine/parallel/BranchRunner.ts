import type { Plan } from '../../plan/Plan';
import { ParallelCollectionRDD } from '../../streaming/rdd/ParallelCollectionRDD';
import type { PreparedTransform, StageEnvironment, UserCalls, NarrowTransform } from '../BuildEnvironment';
import type { DataRecord, RawRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { type Combine, prepareCombining } from '../prepare/combining';
import { prepareMapping } from '../prepare/map';
import { preparePassing } from '../prepare/passedOn';
import { prepareDecoding } from '../prepare/receiver';
import type { Samples } from '../samples/Samples';
import { PieceEnvironment, type PieceReport } from './PieceReport';
import type { Branch, NarrowOperator } from './Stage';

/** What became of a piece: its records, or the one that they were combined into. */
export interface PieceResult {
  readonly records: readonly DataRecord[];
  readonly report: PieceReport;
}

/** Runs pieces of batches through one branch of a stage: the same in the graph's own thread and in its helpers. */
export class BranchRunner {
  readonly #branch: Branch;
  readonly #environment: PieceEnvironment;
  readonly #transform: NarrowTransform<RawRecord>;
  readonly #sampled: NarrowTransform<RawRecord>;
  readonly #decode: PreparedTransform<RawRecord>;
  readonly #path: readonly PreparedTransform[];
  readonly #combine: Combine | undefined;

  /**
   * @param calls is told when user code is entered and left
   * @param samples where the graph's own thread looks at records that pass
   * @throws EngineProblem for user code that is not valid
   */
  constructor(plan: Plan, branch: Branch, options: RunOptions, calls: UserCalls, samples?: Samples) {
    this.#branch = branch;
    this.#decode = prepareDecoding(branch.receiver);
    this.#path = branch.path.map((operator) => prepareNarrow(operator, options));
    this.#environment = new PieceEnvironment(plan, options, calls);
    this.#combine = branch.combiner && prepareCombining(branch.combiner, options, this.#environment);
    this.#transform = this.transform(this.#environment);
    this.#sampled = samples === undefined ? this.#transform : this.transform(this.#environment, samples);
  }

  /** The whole branch, as part of a stream of records. @param samples looks at the records on their way into each operator */
  transform(environment: StageEnvironment, samples?: Samples): NarrowTransform<RawRecord> {
    const { receiver, path } = this.#branch;
    const decode = this.#decode(environment);
    const steps = this.#path.map((prepared, index): NarrowTransform => {
      const step = prepared(environment);
      const id = path[index]?.id;
      return samples === undefined || id === undefined ? step : (rdd, time) => step(samples.on(rdd, id, receiver.id, time), time);
    });
    return (rdd, time) => steps.reduce((results, step) => step(results, time), decode(rdd, time));
  }

  /**
   * Runs a piece; the next one may come when this one has been run.
   * @param time of the batch, ms since the epoch
   * @param isSampled whether its records may be looked at as they pass
   * @param isCombined whether the combiner of the branch, where it has one, is given what the piece came to
   */
  async run(records: readonly RawRecord[], time: number, isSampled = false, isCombined = true): Promise<PieceResult> {
    this.#environment.begin();
    const piece = new ParallelCollectionRDD<RawRecord>({ defaultParallelism: 1 }, [records]);
    const results = await (isSampled ? this.#sampled : this.#transform)(piece, time).collect();
    const combine = isCombined ? this.#combine : undefined;
    return { records: combine === undefined ? results : [combine(results)], report: this.#environment.report };
  }
}

function prepareNarrow(operator: NarrowOperator, options: RunOptions): PreparedTransform {
  if (operator.type !== 'map') return preparePassing(operator.id);
  const { mode } = operator.parameters;
  if (mode === 'batch') throw new Error(`The operator ${operator.id} needs whole batches and cannot run over a piece of one.`);
  return prepareMapping(operator, mode, options);
}
