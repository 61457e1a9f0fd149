import type { Aggregate } from './Aggregate';
import { Count } from './Count';
import { CountByValue } from './CountByValue';
import { Distinct } from './Distinct';
import { DistinctApprox } from './DistinctApprox';
import { First } from './First';
import { Last } from './Last';
import { list } from './List';
import { Max } from './Max';
import { Mean } from './Mean';
import { Min } from './Min';
import { percentile } from './Percentile';
import { SampleStandardDeviation, StandardDeviation } from './StandardDeviation';
import { Sum } from './Sum';
import { topK } from './TopK';
import { SampleVariance, Variance } from './Variance';

/** What the number that an aggregate takes may be. */
export interface AggregateParameter {
  /** Where none is given. */
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
  /** Whether it must be a whole number. */
  readonly whole: boolean;
}

/** An aggregate that takes a number: which percentile, how many. */
interface Family {
  readonly name: string;
  readonly parameter: AggregateParameter;
  readonly make: (parameter: number) => Aggregate;
}

const plain: readonly Aggregate[] = [
  Count, Sum, Mean, Min, Max, First, Last, Variance, StandardDeviation, SampleVariance, SampleStandardDeviation, Distinct,
  DistinctApprox, CountByValue,
];

const families: readonly Family[] = [
  { name: 'percentile', parameter: { otherwise: 50, least: 0, most: 100, whole: false }, make: (percent) => percentile(percent) },
  { name: 'topK', parameter: { otherwise: 10, least: 1, most: 10_000, whole: true }, make: (most) => topK(most) },
  { name: 'list', parameter: { otherwise: 1000, least: 1, most: 100_000, whole: true }, make: (most) => list(most) },
];

const plainByName: ReadonlyMap<string, Aggregate> = new Map(plain.map((aggregate) => [aggregate.name, aggregate]));
const familiesByName: ReadonlyMap<string, Family> = new Map(families.map((family) => [family.name, family]));

/** The names that users can choose from. */
export const aggregateNames: readonly string[] = [...plainByName.keys(), ...familiesByName.keys()];

/** What the number of an aggregate may be; undefined for the aggregates that take none. */
export function aggregateParameter(name: string): AggregateParameter | undefined {
  return familiesByName.get(name)?.parameter;
}

/**
 * The aggregate of that name.
 * @param parameter the number that some take; the usual one when left out
 * @throws RangeError when there is none, or none with such a number; the message says what there is
 */
export function aggregateNamed(name: string, parameter?: number): Aggregate {
  const family = familiesByName.get(name);
  if (family !== undefined) return family.make(checked(family, parameter ?? family.parameter.otherwise));
  const aggregate = plainByName.get(name);
  if (aggregate === undefined) {
    throw new RangeError(`There is no aggregate named "${name}"; choose one of ${aggregateNames.join(', ')}.`);
  }
  if (parameter !== undefined) {
    throw new RangeError(`The aggregate ${name} takes no number, and was given ${String(parameter)}; leave it out.`);
  }
  return aggregate;
}

function checked({ name, parameter: { least, most, whole } }: Family, parameter: number): number {
  if (parameter >= least && parameter <= most && (!whole || Number.isInteger(parameter))) return parameter;
  throw new RangeError(
    `${name} needs a ${whole ? 'whole ' : ''}number from ${String(least)} to ${String(most)}, `
      + `and was given ${String(parameter)}.`,
  );
}
