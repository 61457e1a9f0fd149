import { aggregateNamed } from '../../operators/aggregates';
import type { Aggregate } from '../../operators/aggregates/Aggregate';
import { asProblem, EngineProblem } from '../EngineProblem';

/** @throws EngineProblem for a name or a parameter that no aggregate has */
export function knownAggregate(operator: string, name: string, parameter: number | undefined): Aggregate {
  try {
    return aggregateNamed(name, parameter);
  } catch (thrown) {
    throw new EngineProblem(asProblem(thrown, operator, 'aggregate-unknown', 'Choose one of the aggregates that the dialog offers.'));
  }
}
