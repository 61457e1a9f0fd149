import type { PreparedOperator, PreparedTransform } from '../BuildEnvironment';

/** An operator that takes one record of its input after the other, as a stream of its own. */
export function narrow(prepared: PreparedTransform): PreparedOperator {
  return (input, environment) =>
    input === undefined ? undefined : { ...input, stream: input.stream.transform(prepared(environment)) };
}
