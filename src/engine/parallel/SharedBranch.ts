import { performance } from 'node:perf_hooks';
import type { DStream } from '../../streaming/dstream/DStream';
import type { BuildEnvironment } from '../BuildEnvironment';
import type { DataRecord, RawRecord } from '../DataRecord';
import { backgroundFailed } from '../prepare/map';
import { BranchRunner, type PieceResult } from './BranchRunner';
import type { BranchOrder, Helpers } from './Helpers';
import { tellReport } from './PieceReport';
import type { Branch } from './Stage';
import { type Way, WorkEstimate } from './WorkEstimate';

/** Each piece is what is left, divided by this and by the threads. */
const DIVISOR = 4;

/** The fewest records of a piece: fewer would cost more to send than they gain. */
const SMALLEST_PIECE = 16;

/** Pieces that a helper has at once: while it runs one, the next is on its way. */
const PIECES_A_HELPER = 2;

type Piece = readonly RawRecord[];

/** How a piece is run: what helpers are told to run, and whether what it comes to is combined. */
interface Work {
  readonly order: BranchOrder;
  readonly isCombined: boolean;
}

/**
 * One branch of a stage, whose batches this thread and its helpers run together: whoever has done a piece takes the next. Results,
 * failures and lines of the log are put together in the order of the records, so nobody can tell who ran what.
 */
export class SharedBranch {
  readonly #environment: BuildEnvironment;
  readonly #helpers: Helpers;
  readonly #runner: BranchRunner;
  readonly #plain: Work;
  /** Where what follows takes records that are combined. */
  readonly #combining: Work | undefined;
  /** The operators that are given what is combined, or nothing else. */
  readonly #combiners: readonly string[];
  readonly #estimate = new WorkEstimate();

  /** @throws EngineProblem for user code that is not valid */
  constructor(branch: Branch, environment: BuildEnvironment, helpers: Helpers) {
    this.#environment = environment;
    this.#helpers = helpers;
    const { plan, options, calls, samples } = environment;
    const { combiner, ...uncombined } = branch;
    this.#runner = new BranchRunner(plan, branch, options, calls, samples);
    this.#plain = { order: orderOf(uncombined, environment), isCombined: false };
    this.#combining = combiner && { order: orderOf(branch, environment), isCombined: true };
    this.#combiners = combiner === undefined ? [] : [combiner.id, ...combiner.inputs.map(({ id }) => id)];
  }

  /** @param received what the receiver of the branch has received */
  stream(received: DStream<RawRecord>): DStream<DataRecord> {
    const { samples } = this.#environment;
    const plain = this.#runner.transform(this.#environment, samples);
    const { buffer } = this.#environment.receiver(this.#plain.order.branch.receiver.id);
    return received.transform((rdd, time) => {
      const way = this.#wayFor(buffer.allocatedCount(time));
      if (way === 'plain') return plain(rdd, time);
      // Who looks at records on their way into the operator that combines them is to see records.
      const work = samples.areWantedOf(this.#combiners) ? this.#plain : (this.#combining ?? this.#plain);
      return rdd.coalesce(1).mapPartitionsAwaiting((records) => this.#run(work, way, records, time));
    });
  }

  #wayFor(records: number): Way {
    if (this.#helpers.count === 0) return 'plain';
    if (this.#helpers.isOptional) return this.#estimate.next(records);
    return records > SMALLEST_PIECE ? 'shared' : 'plain';
  }

  async #run(work: Work, way: Exclude<Way, 'plain'>, records: Piece, time: number): Promise<DataRecord[]> {
    const begun = performance.now();
    const results = way === 'alone' ? [await this.#runner.run(records, time, true, work.isCombined)] : await this.#share(work, records, time);
    this.#estimate.took(way, records.length, performance.now() - begun);
    for (const { report } of results) tellReport(report, time, this.#environment);
    return results.flatMap((result) => result.records);
  }

  async #share(work: Work, records: Piece, time: number): Promise<readonly PieceResult[]> {
    const { samples } = this.#environment;
    if (!samples.areWantedOf(work.order.branch.path.map(({ id }) => id))) return this.#shareOut(work, records, time);
    // The last ones are run here, where somebody looks at them; all others as ever.
    const results = await this.#shareOut(work, records.slice(0, -SMALLEST_PIECE), time);
    const last = await this.#runner.run(records.slice(-SMALLEST_PIECE), time, true, work.isCombined);
    this.#countOthers(results);
    return [...results, last];
  }

  /** Counts the records that passed where nobody looked. */
  #countOthers(results: readonly PieceResult[]): void {
    const { samples } = this.#environment;
    const { receiver } = this.#plain.order.branch;
    for (const { report } of results) {
      for (const [operator, recordsIn] of report.figures) samples.passedElsewhere(operator, receiver.id, recordsIn);
    }
  }

  async #shareOut({ order, isCombined }: Work, records: Piece, time: number): Promise<readonly PieceResult[]> {
    const pieces = cut(records, this.#helpers.count + 1);
    const runHere = (piece: Piece): Promise<PieceResult> => this.#runner.run(piece, time, false, isCombined);
    const results = new Array<PieceResult | undefined>(pieces.length);
    let next = 0;
    /** Takes one piece after the other, until there are no more, or one comes back undone. */
    const takeTurns = async (run: (piece: Piece) => Promise<PieceResult | undefined>): Promise<void> => {
      for (let piece = pieces[next]; piece !== undefined; piece = pieces[next]) {
        const place = next++;
        const result = await run(piece);
        if (result === undefined) return;
        results[place] = result;
      }
    };
    const helped = Array.from({ length: this.#helpers.count * PIECES_A_HELPER }, () => takeTurns((piece) => this.#runAway(order, piece, time)));
    const own = takeTurns(async (piece) => {
      const result = await runHere(piece);
      // Helpers have something to say meanwhile, and wait for their next piece.
      await new Promise(setImmediate);
      return result;
    });
    await Promise.all([...helped, own]);
    const all: PieceResult[] = [];
    for (const [place, piece] of pieces.entries()) all.push(results[place] ?? await runHere(piece));
    return all;
  }

  /** @returns undefined where this thread has to run the piece itself */
  async #runAway(order: BranchOrder, piece: Piece, time: number): Promise<PieceResult | undefined> {
    const result = await this.#helpers.run(order, piece, time);
    if ('records' in result) return result;
    const { problem } = result;
    if (problem !== undefined) this.#environment.failed(problem.nodeId, problem.code, () => problem);
    return undefined;
  }
}

function orderOf(branch: Branch, environment: BuildEnvironment): BranchOrder {
  const { plan, options } = environment;
  const backgroundFailure = (operator: number, thrown: unknown): void => {
    const id = plan.operators[operator]?.id;
    if (id !== undefined) backgroundFailed(id, thrown, environment);
  };
  return { plan, branch, options, backgroundFailure };
}

/**
 * Large pieces first, since each costs something, and smaller and smaller ones, so that no thread waits long for the last piece of
 * another (guided self-scheduling: C. Polychronopoulos and D. Kuck, IEEE Transactions on Computers, 1987).
 */
function cut(records: Piece, threads: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let begin = 0; begin < records.length; begin += pieces.at(-1)?.length ?? 0) {
    const size = Math.max(SMALLEST_PIECE, Math.ceil((records.length - begin) / (DIVISOR * threads)));
    pieces.push(records.slice(begin, begin + size));
  }
  return pieces;
}
