import { createRequire } from 'node:module';
import { World } from '../../../engine/durable/World';
import type { DrawnFlow } from './DrawnFlow';

/** Where JSONata is found. */
const utilPath = createRequire(__filename).resolve('@node-red/util');

/** What becomes of what is remembered, as far as it is not kept: by node id, `afresh`, `removed`, or the outputs that are given up. */
export type Told = Readonly<Record<string, string>>;

/**
 * What the engine itself says when one drawing follows another: it runs the first with a checkpoint, and is given the second.
 */
export async function engineLosses(before: DrawnFlow, after: DrawnFlow): Promise<Told> {
  const world = new World();
  await world.start(before.plan(), { utilPath });
  await world.offer([{ payload: 1, topic: 'a' }]);
  await world.clock.advance(1000);
  let refused: readonly string[] = [];
  try {
    await world.runner.update(after.plan(), { secrets: {}, taps: [], environment: {}, utilPath });
  } catch (thrown) {
    refused = refusedIn(thrown);
  }
  if (refused.length > 0) return Object.fromEntries(refused.map((id) => [id, 'afresh']));
  return Object.fromEntries(world.warnings.flatMap((warning) => {
    const removed = /^The node "(.+)" was removed, and its state with it\.$/.exec(warning)?.[1];
    if (removed !== undefined) return [[removed, 'removed']];
    const [, node, outputs] = /^The node "(.+)" has changed: what it had gathered for (.+) is given up/.exec(warning) ?? [];
    return node === undefined || outputs === undefined ? [] : [[node, outputs]];
  }));
}

function refusedIn(thrown: unknown): string[] {
  const problem: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'problem') : undefined;
  if (typeof problem !== 'object' || problem === null || Reflect.get(problem, 'code') !== 'state-would-be-lost') throw thrown;
  const { nodeId, what } = problem as { readonly nodeId: string; readonly what: string };
  const named = [...what.matchAll(/"([^"]+)"/g)].map(([, id = '']) => id);
  return named.length === 0 ? [nodeId] : named;
}
