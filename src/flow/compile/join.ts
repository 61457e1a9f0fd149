import type { JoinOperator } from '../../plan/Plan';
import { problems } from '../problems';
import type { PropertyReader } from './PropertyReader';

/** A stream that is wired into a join. */
export interface JoinSide {
  /** The operator that gives it. */
  readonly operator: string;
  /** The node that draws it: for the batcher that nobody drew, the receiver in front of it. */
  readonly node: string;
  readonly label: string;
}

/**
 * @param sides the streams that are wired in, by the id of their operator
 * @param leftByDefault told which stream is the left one where the dialog does not say
 */
export function joinParameters(
  reader: PropertyReader,
  sides: readonly JoinSide[],
  label: string,
  leftByDefault: (side: JoinSide) => void,
): JoinOperator['parameters'] {
  const mode = reader.choice('mode', ['inner', 'left', 'right', 'full', 'cogroup', 'union']);
  const chosen = reader.text('left').trim();
  const [first] = sides;
  // A join that nothing leads to is a problem already.
  if (first === undefined) return { mode, left: chosen };
  if (sides.length === 1) reader.problems.push(problems.joinOneInput(reader.id, label, first.label));
  if (chosen === '') {
    if (sides.length > 1) leftByDefault(first);
    return { mode, left: first.operator };
  }
  const left = sideOf(chosen, sides);
  if (left === undefined && sides.length > 1) {
    reader.problems.push(problems.joinLeftMissing(reader.id, chosen, sides.map((side) => side.label)));
  }
  return { mode, left: (left ?? first).operator };
}

/**
 * Ids of nodes inside subflow instances begin with that of the instance. A join inside another instance knows them without the
 * beginning that both share.
 */
function sideOf(chosen: string, sides: readonly JoinSide[]): JoinSide | undefined {
  const exactly = sides.find(({ node, operator }) => node === chosen || operator === chosen);
  if (exactly !== undefined) return exactly;
  const [similar, ...others] = sides.filter(({ node }) => node.endsWith(`-${chosen}`));
  return others.length === 0 ? similar : undefined;
}
