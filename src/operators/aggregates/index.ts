import type { Aggregate } from './Aggregate';
import { Count } from './Count';
import { First } from './First';
import { Last } from './Last';
import { Max } from './Max';
import { Mean } from './Mean';
import { Min } from './Min';
import { Sum } from './Sum';

const aggregates: readonly Aggregate[] = [Count, Sum, Mean, Min, Max, First, Last];
const byName: ReadonlyMap<string, Aggregate> = new Map(aggregates.map((aggregate) => [aggregate.name, aggregate]));

/** The names that users can choose from. */
export const aggregateNames: readonly string[] = aggregates.map((aggregate) => aggregate.name);

/**
 * The aggregate of that name.
 * @throws RangeError when there is none; the message lists those there are
 */
export function aggregateNamed(name: string): Aggregate {
  const aggregate = byName.get(name);
  if (aggregate === undefined) {
    throw new RangeError(`There is no aggregate named "${name}"; choose one of ${aggregateNames.join(', ')}.`);
  }
  return aggregate;
}
