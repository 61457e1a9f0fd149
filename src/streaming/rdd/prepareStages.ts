import type { RDD } from './RDD';

/**
 * Finishes every stage that an RDD needs before its own partitions can be computed: all shuffles and awaited functions in
 * its lineage, each after those that it depends on itself. What is kept already is not looked behind.
 * Walks with its own stack, since a lineage may be longer than the call stack is deep.
 */
export async function prepareStages(target: RDD<unknown>): Promise<void> {
  const visited = new Set<RDD<unknown>>();
  const stack: { rdd: RDD<unknown>; expanded: boolean }[] = [{ rdd: target, expanded: false }];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { rdd, expanded } = entry;
    if (expanded) {
      const stage = rdd.prepare();
      if (stage !== undefined) await stage;
      continue;
    }
    if (visited.has(rdd) || rdd.isKept) continue;
    visited.add(rdd);
    stack.push({ rdd, expanded: true });
    for (const dependency of rdd.dependencies) stack.push({ rdd: dependency, expanded: false });
  }
}
