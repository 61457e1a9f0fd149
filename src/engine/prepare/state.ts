import { canonicalText } from '../../operators/keys';
import type { StateOperator } from '../../plan/Plan';
import type { Problem } from '../../plan/Problem';
import { StatefulDStream } from '../../streaming/dstream/StatefulDStream';
import type { PreparedOperator } from '../BuildEnvironment';
import type { RunOptions } from '../Engine';
import { EngineProblem } from '../EngineProblem';
import { UserContext } from '../UserContext';
import { compileFor, functionFailed, placeOf } from './map';
import { prepareRekey } from './rekeyed';
import { RECORD_PARAMETERS, UPDATE_PARAMETERS, UserState } from './UserState';

/** Running state for each key, made by the user's function. */
export function prepareState(operator: StateOperator, options: RunOptions): PreparedOperator {
  const { id, parameters: { key, mode, code: source, timeout, emit, keyLimit } } = operator;
  const emitsAll = emit === 'all';
  const code = compileFor(id, source, options, {
    parameters: mode === 'update' ? UPDATE_PARAMETERS : RECORD_PARAMETERS,
    // Where states are emitted, what the function returns for a record is not looked at.
    mayReturnNothing: mode === 'record' && emitsAll,
  });
  if (code.kind !== 'synchronous') throw new EngineProblem(onlyJavaScript(id));
  const rekey = prepareRekey(id, key, options);
  // What is done with the states, and how long they are kept, does not change what they mean; nor does the batch interval.
  const fingerprint = canonicalText([key, mode, source]);

  return (input, environment) => {
    if (input === undefined) return undefined;
    const { calls } = environment;
    const place = placeOf(id, environment);
    const figures = environment.figures(id);
    const state = environment.state(id, fingerprint, () => new UserState());
    figures.estimateState = () => state.bytes;
    state.configure({
      mode,
      code,
      timeout,
      emitsAll,
      keyLimit,
      figures,
      tooManyKeys: (records) => {
        environment.failed(id, 'too-many-keys', () => tooManyKeys(id, keyLimit, records));
      },
      failed: (thrown, records) => {
        figures.failed += records;
        const problem = records === 0 ? failedTimingOut : functionFailed;
        environment.failed(id, 'function-failed', () => problem(id, thrown));
      },
      contextAt: (time) =>
        new UserContext(time, id, environment.options.environment, (event) => {
          environment.log(event);
        }),
      watched: (call, records) => {
        try {
          calls.enter(place, records);
          return call();
        } finally {
          calls.leave();
        }
      },
    });
    return { ...input, stream: new StatefulDStream(rekey(input.stream, environment), state, input.stream.slideDuration) };
  };
}

function onlyJavaScript(operator: string): Problem {
  return {
    nodeId: operator,
    code: 'function-invalid',
    what: 'The function of a state node is written in JavaScript, and this one is JSONata.',
    why: 'State changes record by record, and JSONata gives its results later.',
    fix: 'Write it in JavaScript; a map node in front may use JSONata.',
  };
}

function failedTimingOut(operator: string, thrown: unknown): Problem {
  return {
    ...functionFailed(operator, thrown),
    why: 'It happened when a key timed out: the function is called once more then, with msg undefined.',
    fix: 'Begin the function with if (state.isTimingOut()), and return there what is to be said of the key.',
  };
}

function tooManyKeys(operator: string, limit: number, records: number): Problem {
  return {
    nodeId: operator,
    code: 'too-many-keys',
    what: `${String(records)} ${records === 1 ? 'record' : 'records'} of a batch were left out: `
      + `${String(limit)} keys have state already, and theirs are others.`,
    why: `At most ${String(limit)} keys are allowed, so that keys without end cannot fill the memory.`,
    fix: 'Choose a key with fewer values, set a time-out, remove keys that are done, or raise the limit of keys in the node.',
  };
}
