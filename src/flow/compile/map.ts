import type { MapOperator } from '../../plan/Plan';
import { problems } from '../problems';
import type { PropertyReader } from './PropertyReader';

/** Whether the code can be understood is for the engine to say; here it must only be there. */
export function mapParameters(reader: PropertyReader): MapOperator['parameters'] {
  const mode = reader.choice('mode', ['map', 'flatMap', 'filter', 'keyBy', 'batch']);
  const lang = reader.choice('lang', ['javascript', 'jsonata']);
  const source = reader.properties.func === undefined ? 'return msg;' : reader.text('func');
  if (source.trim() === '') reader.problems.push(problems.codeMissing(reader.id));
  return { mode, code: { lang, source } };
}
