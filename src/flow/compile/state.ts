import type { StateOperator } from '../../plan/Plan';
import { problems } from '../problems';
import type { PropertyReader } from './PropertyReader';
import { WHOLE_FROM_1 } from './PropertyReader';
import { key } from './reduceByKey';

/** What a state node does that was just dropped: it counts the records of each key. */
export const DEFAULT_FUNCTION = 'return (state ?? 0) + values.length;';

/** Whether the code can be understood is for the engine to say; here it must only be there. */
export function stateParameters(reader: PropertyReader): StateOperator['parameters'] {
  const mode = reader.choice('mode', ['update', 'record']);
  const source = reader.properties.func === undefined && mode === 'update' ? DEFAULT_FUNCTION : reader.text('func');
  if (source.trim() === '') reader.problems.push(problems.codeMissing(reader.id));
  return {
    key: key(reader),
    mode,
    code: { lang: 'javascript', source },
    timeout: timeout(reader),
    emit: reader.choice('emit', ['changed', 'all']),
    keyLimit: reader.number('keyLimit', 1_000_000, WHOLE_FROM_1),
  };
}

/** Empty or 0 is never. */
function timeout(reader: PropertyReader): number | null {
  const value = reader.properties.timeout;
  const text = typeof value === 'string' ? value.trim() : value;
  if (text === undefined || text === null || text === '' || Number(text) === 0) return null;
  return reader.duration('timeout', 1);
}
