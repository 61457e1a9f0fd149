import type { WindowOperator } from '../../plan/Plan';
import { problems } from '../problems';
import type { PropertyReader } from './PropertyReader';

/**
 * A tumbling window slides by its own length.
 * @param batchInterval ms
 */
export function windowParameters(reader: PropertyReader, batchInterval: number): WindowOperator['parameters'] {
  const mode = reader.choice('mode', ['tumbling', 'sliding']);
  const length = reader.duration('length', 10);
  const slide = mode === 'sliding' ? reader.duration('slide', 1) : length;
  if (reader.problems.length === 0) {
    if (length % batchInterval !== 0) {
      reader.problems.push(problems.windowNotMultiple(reader.id, 'window', length, batchInterval));
    }
    if (mode === 'sliding' && slide % batchInterval !== 0) {
      reader.problems.push(problems.windowNotMultiple(reader.id, 'slide', slide, batchInterval));
    }
  }
  return { length, slide };
}
