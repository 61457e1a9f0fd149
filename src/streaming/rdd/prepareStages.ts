import type { RDD } from './RDD';

/** How many RDDs may be computed in the middle of one another; in a longer lineage some are put down, or the call stack overflows. */
const DEEPEST_NESTING = 100;

/**
 * Finishes every stage that an RDD needs before its own partitions can be computed: all shuffles and awaited functions in
 * its lineage, each after those that it depends on itself. What is kept already is not looked behind.
 * Walks with its own stack, since a lineage may be longer than the call stack is deep.
 */
export async function prepareStages(target: RDD<unknown>): Promise<void> {
  const nestings = new Map<RDD<unknown>, number>();
  const visited = new Set<RDD<unknown>>();
  const stack: { rdd: RDD<unknown>; expanded: boolean }[] = [{ rdd: target, expanded: false }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { rdd, expanded } = entry;
    if (expanded) {
      const stage = rdd.prepare();
      if (stage !== undefined) await stage;
      const nesting = deepest(rdd.dependencies, nestings) + (rdd.nests ? 1 : 0);
      if (nesting < DEEPEST_NESTING) nestings.set(rdd, nesting);
      else rdd.settle();
      continue;
    }
    if (visited.has(rdd) || rdd.isKept) continue;
    visited.add(rdd);
    stack.push({ rdd, expanded: true });
    for (const dependency of rdd.dependencies) stack.push({ rdd: dependency, expanded: false });
  }
}

function deepest(rdds: readonly RDD<unknown>[], nestings: ReadonlyMap<RDD<unknown>, number>): number {
  let deepest = 0;
  for (const rdd of rdds) deepest = Math.max(deepest, nestings.get(rdd) ?? 0);
  return deepest;
}
