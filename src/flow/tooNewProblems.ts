import type { Problem } from '../plan/Problem';
import { problems } from './problems';
import type { NodeProperties } from './Runtime';

/**
 * What is to be said of a node that a newer version of the palette has drawn.
 * @param label what the user calls it
 * @param newest the newest version of its dialog that is known here; undefined where none is too new
 */
export function tooNewProblems(id: string, label: string, { version }: NodeProperties, newest = Infinity): Problem[] {
  return Number(version ?? 1) > newest ? [problems.versionTooNew(id, label, version, newest)] : [];
}
