import { aggregateNamed } from '../operators/aggregates';
import type { AggregateParameters, Code, Operator, Plan, ReduceByKeyOperator } from '../plan/Plan';
import type { OperatorDescription, PlanDescription, RunOptions } from './Engine';
import { findPasses } from './findPasses';
import type { Helpers } from './parallel/Helpers';
import { findStages, operatorsOf } from './parallel/Stage';
import { consumersOf, countReaders, isReadAsRecords, windowBefore } from './planReading';
import { compileFor } from './prepare/map';

type WindowKind = NonNullable<OperatorDescription['window']>;
type CodeKind = NonNullable<OperatorDescription['code']>;

/** From the fastest to the slowest: an operator with several functions is as fast as the slowest of them. */
const CODE_KINDS: readonly CodeKind[] = ['javascript', 'jsonata compiled', 'jsonata interpreted'];

/**
 * How a plan runs, as far as it does not say so itself. Kept beside what `preparePlan` makes of it, for people to read.
 * @param plan one that can be prepared
 * @param helpers threads that share the work
 */
export function describePlan(plan: Plan, options: RunOptions, helpers: Helpers | undefined): PlanDescription {
  const taps = new Set(options.taps);
  const consumers = consumersOf(plan);
  const isBuilt = (operator: Operator): boolean => operator.type !== 'window' || isReadAsRecords(operator, plan, consumers, taps);
  const readers = countReaders(plan, isBuilt, taps);
  const stages = helpers === undefined ? [] : findStages(plan, readers);
  const shared = new Set(stages.flatMap(operatorsOf));
  const codes = new Map(plan.operators.map((operator) => [operator.id, codeOf(operator, options)]));
  const isInterpreted = (id: string): boolean => codes.get(id) === 'jsonata interpreted';
  const passes = findPasses(plan, { readers, consumers, isBuilt, isInterpreted, ends: new Set(stages.map(({ end }) => end)) });
  const windows = windowsOf(plan, isBuilt);
  const threads = (helpers?.count ?? 0) + 1;
  const describe = ({ id, type }: Operator): OperatorDescription => {
    const code = codes.get(id);
    const pass = passes.get(id);
    const window = windows.get(id);
    return {
      ...(pass === undefined ? {} : { pass }),
      ...(window === undefined ? {} : { window }),
      ...(code === undefined ? {} : { code }),
      ...(type === 'reduceByKey' || type === 'state' || type === 'join' ? { partitions: 1 } : {}),
      ...(shared.has(id) && threads > 1 ? { threads } : {}),
    };
  };
  return { operators: Object.fromEntries(plan.operators.map((operator) => [operator.id, describe(operator)])) };
}

/** How the windows are computed that a reduceByKey computes, under the ids of both. */
function windowsOf(plan: Plan, isBuilt: (operator: Operator) => boolean): ReadonlyMap<string, WindowKind> {
  const windows = new Map<string, WindowKind>();
  for (const operator of plan.operators) {
    const window = windowBefore(operator, plan);
    if (window === undefined || operator.type !== 'reduceByKey') continue;
    const { length, slide } = window.parameters;
    // There is nothing to go on from where windows do not overlap.
    const kindOf = (of: AggregateParameters): WindowKind => (length > slide && canSubtract(of) ? 'subtracting' : 'merging');
    const kind = together(operator.parameters.aggregates.map(kindOf));
    windows.set(operator.id, kind);
    if (!isBuilt(window)) windows.set(window.id, together([kind, windows.get(window.id) ?? kind]));
  }
  return windows;
}

function together(kinds: readonly WindowKind[]): WindowKind {
  const [first = 'merging'] = kinds;
  return kinds.every((kind) => kind === first) ? first : 'both';
}

function canSubtract({ aggregate, inverse, parameter }: AggregateParameters): boolean {
  return aggregate === 'reduce' ? inverse !== undefined : aggregateNamed(aggregate, parameter).subtract !== undefined;
}

/** What runs the user's code of an operator; undefined where it has none. */
function codeOf(operator: Operator, options: RunOptions): CodeKind | undefined {
  const isWhole = operator.type === 'map' && operator.parameters.mode === 'batch';
  const kinds = codesIn(operator).map((code): CodeKind => {
    if (code.lang === 'javascript') return 'javascript';
    return isWhole || compileFor(operator.id, code, options).kind === 'asynchronous' ? 'jsonata interpreted' : 'jsonata compiled';
  });
  return CODE_KINDS.findLast((kind) => kinds.includes(kind));
}

function codesIn(operator: Operator): readonly Code[] {
  switch (operator.type) {
    case 'map':
      return [operator.parameters.code];
    case 'state': {
      const { key, code } = operator.parameters;
      return key.from === 'code' ? [key.code, code] : [code];
    }
    case 'reduceByKey':
      return codesOfReduce(operator);
    default:
      return [];
  }
}

/** Functions that combine two values are JavaScript, whatever else there is. */
function codesOfReduce({ parameters: { key, aggregates } }: ReduceByKeyOperator): readonly Code[] {
  const read = [key, ...aggregates.map(({ of }) => of)].flatMap((source) => (source.from === 'code' ? [source.code] : []));
  return [...read, ...aggregates.flatMap(({ reduce }) => reduce ?? [])];
}
