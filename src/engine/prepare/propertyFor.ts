import { compileProperty } from '../../expressions';
import { asProblem, EngineProblem } from '../EngineProblem';

/**
 * Reads a property of a record that an operator names; a property that is not valid is a problem of the operator's node.
 * @throws EngineProblem `property-invalid`
 */
export function propertyFor(operator: string, property: string): (record: unknown) => unknown {
  try {
    return compileProperty(property);
  } catch (thrown) {
    throw new EngineProblem(asProblem(thrown, operator, 'property-invalid', 'Correct the property, for example payload.value.'));
  }
}
