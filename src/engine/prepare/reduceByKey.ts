import { type Aggregate } from '../../operators/aggregates/Aggregate';
import { aggregateNamed } from '../../operators/aggregates';
import { canonicalText } from '../../operators/keys';
import { aggregateFingerprint } from '../../plan/fingerprint';
import type { AggregateParameters, Code, ReduceByKeyOperator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import type { PreparedOperator } from '../BuildEnvironment';
import type { RunOptions } from '../Engine';
import { EngineProblem } from '../EngineProblem';
import { isCombinable } from './combining';
import { keyUnusable, prepareReader, type Reading, reading } from './keyedReading';
import { type Column, KeyedWindowState, type Span } from './KeyedWindowState';
import { knownAggregate } from './knownAggregate';
import { compileFor } from './map';
import { ReduceCalls } from './ReduceCalls';
import { type SynchronousCode, userReduce } from './userReduce';

/** The window that feeds a reduceByKey straight away, drawn as a node of its own and computed here, from partials of each batch. */
export interface DrawnWindow {
  readonly id: string;
  readonly length: number;
  readonly slide: number;
  /** Whether the records that go into the window are counted here: it has no stream of its own, and only one reader is to count. */
  readonly isCountedHere: boolean;
}

/** Aggregates by key: over the batch, or over the window in front of it. */
export function prepareReduceByKey(
  operator: ReduceByKeyOperator,
  options: RunOptions,
  window: DrawnWindow | undefined,
): PreparedOperator {
  const { key, aggregates, emit, emitLeaving, keyLimit } = operator.parameters;
  const keyReader = prepareReader(operator.id, key, options);
  const readers = aggregates.map(({ of }) => prepareReader(operator.id, of, options));
  const makers = aggregates.map((parameters) => prepareAggregate(operator.id, parameters, options));
  // Those of the user that are called for a record.
  const functions = [keyReader, ...readers].filter((reader) => 'code' in reader).length
    + aggregates.filter(({ aggregate }) => aggregate === 'reduce').length;

  return (input, environment) => {
    if (input === undefined) return undefined;
    const figures = environment.figures(operator.id);
    const span: Span = window ?? { length: input.stream.slideDuration, slide: input.stream.slideDuration };
    // What the panes hold depends on the key, the window and the batches, not on what is done with the results.
    const fingerprint = canonicalText([key, span.length, span.slide, environment.plan.batchInterval]);
    const state = environment.state(operator.id, fingerprint, () => new KeyedWindowState(span, input.stream.slideDuration));
    const { stream, read } = reading(input, keyReader, readers, operator.id, environment, 1 / functions) as Reading<unknown>;
    figures.estimateState = () => state.bytes;
    const calls = new ReduceCalls(operator.id, environment, functions);
    const columns: Column[] = aggregates.map((parameters, index) => ({
      name: parameters.as,
      fingerprint: aggregateFingerprint(parameters),
      ...(parameters.inverse === undefined ? {} : { inverse: canonicalText(parameters.inverse) }),
      aggregate: makers[index]?.(calls) ?? aggregateNamed('count'),
    }));
    state.configure({
      columns,
      begin: (time) => {
        calls.begin(time);
      },
      read,
      takesCombined: environment.helpers !== undefined && isCombinable(operator),
      unreadable: (thrown) => {
        environment.failed(operator.id, 'key-unusable', () => keyUnusable(operator.id, thrown));
      },
      keyLimit,
      tooManyKeys: (records) => {
        environment.failed(operator.id, 'too-many-keys', () => tooManyKeys(operator.id, keyLimit, records));
      },
      emitsAll: emit === 'all',
      emitsLeaving: emitLeaving,
      figures,
      windowFigures: window?.isCountedHere === true ? environment.figures(window.id) : undefined,
      shownLength: window === undefined ? input.span : window.length,
      completeSince: input.completeSince,
    });
    return {
      stream: new StatefulDStream(stream, state, span.slide, span.length),
      span: span.length,
      completeSince: input.completeSince,
    };
  };
}

function tooManyKeys(operator: string, limit: number, records: number): Problem {
  return {
    nodeId: operator,
    code: 'too-many-keys',
    what: `${String(records)} ${records === 1 ? 'record' : 'records'} of a batch were left out: the window has ${String(limit)} keys already, `
      + 'and theirs are others.',
    why: `At most ${String(limit)} keys are allowed, so that keys without end cannot fill the memory.`,
    fix: 'Choose a key with fewer values, make the window shorter, or raise the limit of keys in the node.',
  };
}

/** Makes an aggregate whose user code, where it has some, is called in the way that is given. */
type AggregateMaker = (calls: ReduceCalls) => Aggregate;

function prepareAggregate(operator: string, parameters: AggregateParameters, options: RunOptions): AggregateMaker {
  if (parameters.aggregate === 'reduce') {
    const reduce = compileCombining(operator, parameters.reduce ?? { lang: 'javascript', source: '' }, options);
    const inverse = parameters.inverse === undefined ? undefined : compileCombining(operator, parameters.inverse, options);
    return (calls) => userReduce(reduce, inverse, calls);
  }
  const aggregate = knownAggregate(operator, parameters.aggregate, parameters.parameter);
  return () => aggregate;
}

function compileCombining(operator: string, code: Code, options: RunOptions): SynchronousCode {
  const compiled = compileFor(operator, code, options, { parameters: ['a', 'b'] });
  if (compiled.kind === 'synchronous') return compiled;
  throw new EngineProblem({
    nodeId: operator,
    code: 'function-invalid',
    what: 'A function that combines two values is written in JSONata.',
    why: 'It is called very often, and must give its value at once.',
    fix: 'Write it in JavaScript: return a + b; for example.',
  });
}
