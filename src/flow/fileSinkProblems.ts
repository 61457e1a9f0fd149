import { join } from 'node:path';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import { problems } from './problems';

/**
 * Sinks that would write the same files, in one graph or in several.
 * @param plans with absolute paths
 * @param label how a node is called in a text
 */
export function fileSinkProblems(plans: readonly Plan[], label: (id: string) => string): Problem[] {
  const sinks = plans.flatMap(({ operators }) =>
    operators.flatMap((operator) =>
      operator.type === 'sink' && operator.parameters.target.kind === 'file' ? [{ id: operator.id, ...operator.parameters.target }] : [],
    ),
  );
  const byFiles = new Map<string, typeof sinks>();
  for (const sink of sinks) {
    // Some systems do not tell capitals from small letters, nor é from e with an accent behind it.
    const files = join(sink.path, sink.name).normalize('NFC').toLowerCase();
    byFiles.set(files, [...(byFiles.get(files) ?? []), sink]);
  }
  return [...byFiles.values()].flatMap((group) =>
    group.flatMap(({ id, name, path }) => {
      const other = group.find((sink) => sink.id !== id);
      return other === undefined ? [] : [problems.sinkFilesTwice(id, name, path, label(other.id))];
    }),
  );
}
