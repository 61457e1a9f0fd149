import type { DStream } from '../dstream/DStream';

/** How a stream is found again in a program that was built anew. */
export interface StreamId {
  /** Its kind, the shape of the program in front of it, and which of those that have both it is. In files: never change how. */
  readonly id: string;
  /** For messages, such as `updateStateByKey 2`. */
  readonly name: string;
}

/**
 * Names all streams that keep something for later batches. Functions cannot be compared, so a stream is known by its place: its
 * kind, durations, and what it is computed from; of several that are the same in all this, by the order of their creation.
 * @param streams in the order of their creation, so that each comes after those it is computed from
 */
export function streamIds(streams: readonly DStream<unknown>[]): ReadonlyMap<DStream<unknown>, StreamId> {
  const shapes = new Map<DStream<unknown>, string>();
  const counts = new Map<string, number>();
  const next = (what: string): number => {
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    return count;
  };
  const ids = new Map<DStream<unknown>, StreamId>();
  for (const stream of streams) {
    const { savedKind: kind } = stream;
    const before = stream.dependencies.map((dependency) => shapes.get(dependency) ?? '').join(',');
    const shape = hashOf(`${kind ?? ''}|${String(stream.slideDuration)}|${stream.savedShape}|${before}`);
    shapes.set(stream, shape);
    if (kind === undefined) continue;
    ids.set(stream, { id: `${kind} ${shape} ${String(next(`${kind} ${shape}`))}`, name: `${kind} ${String(next(kind))}` });
  }
  return ids;
}

/** FNV-1a with 32 bits, over UTF-16 code units. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
