import type { RawRecord } from '../../../src/engine/DataRecord';
import { BranchRunner, type PieceResult } from '../../../src/engine/parallel/BranchRunner';
import { helperLost } from '../../../src/engine/parallel/helperLost';
import type { BranchOrder, Helpers, Undone } from '../../../src/engine/parallel/Helpers';
import { packPiece, packResult, unpackPiece, unpackResult } from '../../../src/engine/parallel/messages';

/** What becomes of a piece. */
export type Fate = 'done' | 'lost';

/**
 * Helpers in this thread that do all that threads do: what they are given and what they give is cloned. Pieces are done in
 * another order than they came, so that nothing can depend on that.
 */
export class LocalHelpers implements Helpers {
  readonly isOptional: boolean;
  readonly count: number;
  /** Pieces that were run here, and those that came back undone because something could not travel. */
  done = 0;
  unportable = 0;
  /** Pieces whose records came back as one. */
  combined = 0;
  readonly #fate: () => Fate;
  #running: Promise<unknown> = Promise.resolve();
  readonly #runners = new Map<BranchOrder, BranchRunner>();

  constructor(count: number, fate: () => Fate = () => 'done', isOptional = false) {
    this.count = count;
    this.isOptional = isOptional;
    this.#fate = fate;
  }

  async run(order: BranchOrder, records: readonly RawRecord[], time: number): Promise<PieceResult | Undone> {
    // Some have to wait longer than others.
    for (let turns = (records.length + this.done) % 5; turns > 0; turns--) await new Promise(setImmediate);
    if (this.#fate() === 'lost') return { problem: helperLost({ kind: 'memory' }, order.plan, undefined) };
    const packed = packPiece(records);
    if (packed === undefined) return this.#unportable();
    const received = unpackPiece(structuredClone(packed));
    // One after the other, as in a thread.
    const running = this.#running.then(() => this.#runnerOf(order).run(received, time));
    this.#running = running;
    const result = await running;
    const packedResult = packResult(result, received);
    if (packedResult === undefined) return this.#unportable();
    this.done++;
    if ('groups' in packedResult.records) this.combined++;
    return unpackResult(structuredClone(packedResult), records);
  }

  #unportable(): Undone {
    this.unportable++;
    return { problem: undefined };
  }

  #runnerOf(order: BranchOrder): BranchRunner {
    let runner = this.#runners.get(order);
    if (runner === undefined) {
      const { plan, branch, options } = structuredClone({ plan: order.plan, branch: order.branch, options: order.options });
      this.#runners.set(order, runner = new BranchRunner(plan, branch, options, { enter: () => undefined, leave: () => undefined }));
    }
    return runner;
  }
}
