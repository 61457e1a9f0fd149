import type {
  BatcherOperator, CheckpointOperator, MapOperator, Operator, Plan, ReceiverOperator, ReduceByKeyOperator,
} from '../../plan/Plan';
import { readBy } from '../planReading';
import { isCombinable } from '../prepare/combining';

/** An operator that takes one record after the other. */
export type NarrowOperator = BatcherOperator | CheckpointOperator | MapOperator;

/** A receiver, and what happens to each of its records by itself before anything needs several of them. */
export interface Branch {
  readonly receiver: ReceiverOperator;
  readonly path: readonly NarrowOperator[];
  /** What combines the records of the branch by key: it is given what parts of a batch came to, instead of their records. */
  readonly combiner?: ReduceByKeyOperator;
}

/** The first part of a plan up to an operator: its records come from its branches, one branch after the other. */
export interface Stage {
  readonly end: string;
  readonly branches: readonly Branch[];
}

/**
 * The parts of a plan whose records can be computed in several threads: everything from receivers on that takes one record after
 * the other, runs functions, and is read by nobody else on the way.
 * @param readers how many read the stream of each operator, taps among them
 */
export function findStages(plan: Plan, readers: ReadonlyMap<string, number>): readonly Stage[] {
  const branches = new Map<string, readonly Branch[]>();
  const isPassedOn = (id: string): boolean => readers.get(id) === 1;
  for (const operator of plan.operators) {
    const own = branchesOf(operator, branches, isPassedOn);
    if (own !== undefined) branches.set(operator.id, own);
  }
  const isContinued = (id: string): boolean =>
    isPassedOn(id) && plan.operators.some((operator) => branches.has(operator.id) && operator.inputs.some((input) => input.id === id));
  return [...branches]
    .filter(([id, own]) => !isContinued(id) && own.some(runsFunctions) && !own.some(remembers))
    .map(([end, own]) => ({ end, branches: withCombiner(own, isPassedOn(end) ? combinerOf(end, plan) : undefined) }));
}

function withCombiner(branches: readonly Branch[], combiner: ReduceByKeyOperator | undefined): readonly Branch[] {
  return combiner === undefined ? branches : branches.map((branch) => ({ ...branch, combiner }));
}

/** The operator that can combine parts of what one gives, where it reads them; its windows are no stage in between. */
function combinerOf(id: string, plan: Plan): ReduceByKeyOperator | undefined {
  const reader = plan.operators.find((operator) => operator.type === 'reduceByKey' && readBy(operator, plan).includes(id));
  return reader?.type === 'reduceByKey' && isCombinable(reader) ? reader : undefined;
}

/** All that a stage consists of. */
export function operatorsOf({ branches }: Stage): readonly string[] {
  return branches.flatMap(({ receiver, path }) => [receiver.id, ...path.map(({ id }) => id)]);
}

/** Undefined where the records of an operator do not come from receivers one by one. */
function branchesOf(
  operator: Operator, known: ReadonlyMap<string, readonly Branch[]>, isPassedOn: (id: string) => boolean,
): readonly Branch[] | undefined {
  if (operator.type === 'receiver') return [{ receiver: operator, path: [] }];
  if (!isNarrow(operator) || !operator.inputs.every(({ id }) => isPassedOn(id))) return undefined;
  const branches: Branch[] = [];
  for (const { id } of operator.inputs) {
    const before = known.get(id);
    if (before === undefined) return undefined;
    for (const { receiver, path } of before) branches.push({ receiver, path: [...path, operator] });
  }
  return branches;
}

function isNarrow(operator: Operator): operator is NarrowOperator {
  if (operator.type === 'map') return operator.parameters.mode !== 'batch';
  return operator.type === 'batcher' || operator.type === 'checkpoint';
}

/** Without functions there is too little work to share. */
function runsFunctions({ path }: Branch): boolean {
  return path.some(({ type }) => type === 'map');
}

/**
 * Places where JavaScript can leave something for later records: what one thread leaves there, others do not find. The properties
 * of `ctx` that there are leave nothing.
 */
const PLACES_TO_REMEMBER = /\bglobalThis\b|\bctx\b(?!\s*\.\s*(?:batchTime|env|log|warn|random)\b)/;

/** Whether a function may remember something from one record to the next. */
function remembers({ path }: Branch): boolean {
  return path.some(({ parameters }) =>
    'code' in parameters && parameters.code.lang === 'javascript' && PLACES_TO_REMEMBER.test(parameters.code.source));
}
