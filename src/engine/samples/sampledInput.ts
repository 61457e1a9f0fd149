import type { BuildEnvironment, BuiltStream } from '../BuildEnvironment';

/**
 * An input of operators whose records can be looked at as they flow in.
 * @param from its id
 * @param operators which take it, the windows among them that have no streams of their own
 */
export function sampledInput(input: BuiltStream, from: string, operators: readonly string[], { samples }: BuildEnvironment): BuiltStream {
  return {
    ...input,
    stream: input.stream.transform((rdd, time) => operators.reduce((records, id) => samples.on(records, id, from, time), rdd)),
  };
}
