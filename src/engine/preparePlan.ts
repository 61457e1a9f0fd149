import { operatorFingerprint } from '../plan/fingerprint';
import type { JoinOperator, MapOperator, Operator, Plan } from '../plan/Plan';
import { unionOf } from '../streaming/dstream/TransformedDStream';
import type { BuildEnvironment, BuiltStream, PreparedOperator } from './BuildEnvironment';
import { describePlan } from './describePlan';
import type { PlanDescription, RunOptions } from './Engine';
import { buildStage } from './parallel/buildStage';
import type { Helpers } from './parallel/Helpers';
import { findStages, operatorsOf } from './parallel/Stage';
import { type Consumers, consumersOf, countReaders, isReadAsRecords, readBy, windowBefore, withUnbuiltWindow } from './planReading';
import { prepareBatcher } from './prepare/batcher';
import { prepareCheckpoint } from './prepare/checkpoint';
import { prepareJoin } from './prepare/join';
import { prepareMap } from './prepare/map';
import { prepareMapBatch } from './prepare/mapBatch';
import { prepareReceiver } from './prepare/receiver';
import { type DrawnWindow, prepareReduceByKey } from './prepare/reduceByKey';
import { addTap, awaitDeliveries, prepareSink } from './prepare/sink';
import { prepareState } from './prepare/state';
import { prepareWindow } from './prepare/window';
import { sampledInput } from './samples/sampledInput';

/** A plan whose code is compiled and whose operators are checked: ready to be built on a context. */
export interface PreparedPlan {
  readonly plan: Plan;
  build(environment: BuildEnvironment): void;
  /** How it runs. @param helpers threads that share the work */
  describe(helpers: Helpers | undefined): PlanDescription;
}

/**
 * Checks and compiles a plan, and rewrites it where that is better: a window that is followed by reduceByKey is computed
 * there, from partial results of each batch, and its records are only kept if somebody else reads them too.
 * @throws EngineProblem for user code that is not valid
 */
export function preparePlan(plan: Plan, options: RunOptions): PreparedPlan {
  const consumers = consumersOf(plan);
  const prepared = new Map<string, PreparedOperator>();
  for (const operator of plan.operators) {
    const window = drawnWindow(operator, plan, consumers, new Set(options.taps));
    prepared.set(operator.id, prepareOperator(operator, plan, options, window));
  }
  return {
    plan,
    build: (environment) => {
      build(plan, options, prepared, consumers, environment);
    },
    describe: (helpers) => describePlan(plan, options, helpers),
  };
}

function prepareOperator(operator: Operator, plan: Plan, options: RunOptions, window: DrawnWindow | undefined): PreparedOperator {
  switch (operator.type) {
    case 'receiver':
      return prepareReceiver(operator);
    case 'batcher':
      return prepareBatcher(operator);
    case 'map':
      return prepareMapOf(operator, options);
    case 'window':
      return prepareWindow(operator, operatorFingerprint(operator, plan.batchInterval));
    case 'reduceByKey':
      return prepareReduceByKey(operator, options, window);
    case 'state':
      return prepareState(operator, options);
    case 'join':
      return prepareJoin(operator);
    case 'checkpoint':
      return prepareCheckpoint(operator);
    case 'sink':
      return prepareSink(operator);
  }
}

function prepareMapOf(operator: MapOperator, options: RunOptions): PreparedOperator {
  const { mode } = operator.parameters;
  return mode === 'batch' ? prepareMapBatch(operator, options) : prepareMap(operator, mode, options);
}

/** The window that a reduceByKey computes itself, as the reduceByKey is to know it. */
function drawnWindow(
  operator: Operator,
  plan: Plan,
  consumers: Consumers,
  taps: ReadonlySet<string>,
): DrawnWindow | undefined {
  const window = windowBefore(operator, plan);
  if (window === undefined) return undefined;
  const isFirst = consumers.get(window.id)?.[0] === operator;
  return { id: window.id, ...window.parameters, isCountedHere: isFirst && !isReadAsRecords(window, plan, consumers, taps) };
}

function build(
  plan: Plan,
  options: RunOptions,
  prepared: ReadonlyMap<string, PreparedOperator>,
  consumers: Consumers,
  environment: BuildEnvironment,
): void {
  const taps = new Set(options.taps);
  const built = new Map<string, BuiltStream>();
  const waiting: (() => void)[] = [];
  const isBuilt = (operator: Operator): boolean =>
    operator.type !== 'window' || isReadAsRecords(operator, plan, consumers, taps);
  const readers = countReaders(plan, isBuilt, taps);
  const { helpers } = environment;
  const stages = helpers === undefined ? [] : findStages(plan, readers);
  const ends = new Map(stages.flatMap((stage) => operatorsOf(stage).map((id) => [id, stage.end] as const)));
  for (const operator of plan.operators) {
    if (!isBuilt(operator) || (ends.get(operator.id) ?? operator.id) !== operator.id) continue;
    const sampledAs = withUnbuiltWindow(operator, plan, consumers, isBuilt);
    const sources = new Map<string, BuiltStream>();
    for (const id of readBy(operator, plan)) {
      const source = built.get(id);
      if (source !== undefined) sources.set(id, sampledInput(source, id, sampledAs, environment));
    }
    const inputs = readBy(operator, plan).flatMap((id) => sources.get(id) ?? []);
    const prepare = prepared.get(operator.id);
    if (operator.type === 'sink') {
      // A sink takes inputs that slide differently; each then gives its batches at its own times.
      const buildSink = (): void => {
        for (const group of bySlide(inputs)) prepare?.(joined(group), environment);
      };
      // Outputs run one after the other: those that may have to wait for somebody outside come last.
      if (operator.parameters.target.kind === 'flow') buildSink();
      else waiting.push(buildSink);
      continue;
    }
    const stage = stages.find(({ end }) => end === operator.id);
    const output = stage !== undefined && helpers !== undefined
      ? buildStage(stage, environment, helpers)
      : operator.type === 'join'
        ? prepare?.(joined(sideOf(operator, true, sources)), environment, joined(sideOf(operator, false, sources)))
        : prepare?.(joined(inputs), environment);
    if (output === undefined) continue;
    // Read more than once: user code must not run more than once.
    if ((readers.get(operator.id) ?? 0) > 1) output.stream.persist();
    built.set(operator.id, output);
    if (taps.has(operator.id)) addTap(operator.id, output.stream, environment);
  }
  for (const buildSink of waiting) buildSink();
  const receiver = plan.operators.find(({ type }) => type === 'receiver');
  const everyBatch = receiver === undefined ? undefined : built.get(ends.get(receiver.id) ?? receiver.id);
  if (waiting.length > 0 && everyBatch !== undefined) awaitDeliveries(everyBatch.stream, environment);
}

function bySlide(inputs: readonly BuiltStream[]): BuiltStream[][] {
  const groups = new Map<number, BuiltStream[]>();
  for (const input of inputs) {
    const { slideDuration } = input.stream;
    const group = groups.get(slideDuration);
    if (group === undefined) groups.set(slideDuration, [input]);
    else group.push(input);
  }
  return [...groups.values()];
}

/** The streams on one side of a join. */
function sideOf(join: JoinOperator, left: boolean, sources: ReadonlyMap<string, BuiltStream>): BuiltStream[] {
  return join.inputs.filter(({ id }) => (id === join.parameters.left) === left).flatMap(({ id }) => sources.get(id) ?? []);
}

/** The union of several inputs, in their order. */
function joined(inputs: readonly BuiltStream[]): BuiltStream | undefined {
  const [first] = inputs;
  if (first === undefined || inputs.length === 1) return first;
  return {
    stream: unionOf(inputs.map((input) => input.stream)),
    span: Math.max(...inputs.map((input) => input.span)),
    completeSince: () => Math.max(...inputs.map((input) => input.completeSince())),
  };
}
