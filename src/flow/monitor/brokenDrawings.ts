import type { OperatorType } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import type { GraphDrawing } from '../draw';

/** A drawing that cannot be compiled, or refers to what is not there. */
export interface BrokenDrawing {
  /** The id that its graph would have, as far as that can be told. */
  readonly id: string;
  /** Of all that is drawn. */
  readonly nodes: readonly string[];
  readonly problems: readonly Problem[];
  /** When it was deployed, ms since the epoch. */
  readonly since: number;
}

/**
 * Those of the drawings that do not run.
 * @param since when they were deployed, ms since the epoch
 */
export function brokenDrawings(
  drawings: readonly GraphDrawing[],
  typeOf: (id: string) => OperatorType | undefined,
  since: number,
): BrokenDrawing[] {
  return drawings
    .filter(({ order, problems }) => order === undefined && problems.length > 0)
    .map(({ nodes, problems }) => {
      const first = (type: OperatorType): string | undefined => nodes.filter((id) => typeOf(id) === type).sort()[0];
      return { id: first('checkpoint') ?? first('batcher') ?? nodes[0] ?? '', nodes, problems, since };
    });
}
