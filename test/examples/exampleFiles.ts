import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { FlowNode } from '../support/NodeRed';
import { packageRoot } from '../support/packageRoot';

const folder = join(packageRoot, 'examples');

export const ONE_NODE = '02 - One node at a time/';
export const SCENARIOS = '03 - IoT scenarios/';

/** The paths of all examples below examples/, as Node-RED's import dialog shows them, with `.json` behind. */
export function examplePaths(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .sort();
}

/** @param path below examples/, with or without `.json` */
export function readExample(path: string): FlowNode[] {
  return JSON.parse(readFileSync(join(folder, path.endsWith('.json') ? path : `${path}.json`), 'utf8')) as FlowNode[];
}

/** @throws where the flow has no such node */
export function nodeOf(flow: readonly FlowNode[], id: string): FlowNode {
  const found = flow.find((node) => node.id === id);
  if (found === undefined) throw new Error(`The example has no node ${id}.`);
  return found;
}

/** The same flow with a collector beside every debug node, so that a test sees what the user would. */
export function withCollectors(flow: readonly FlowNode[]): FlowNode[] {
  const debugs = flow.filter((node) => node.type === 'debug').map((node) => node.id);
  const collectors = debugs.map((id) => collector(id, nodeOf(flow, id)['z']));
  const wired = flow.map((node): FlowNode => {
    const wires = node['wires'] as string[][] | undefined;
    return wires === undefined ? node : { ...node, wires: wires.map((to) => [...to, ...to.filter((id) => debugs.includes(id)).map((id) => `${id}-collector`)]) };
  });
  return [...wired, ...collectors];
}

/** The same flow with a collector wired to a stream node, which gets the payloads of each batch, 1,000 at most. */
export function withTap(flow: readonly FlowNode[], id: string): FlowNode[] {
  const tapped = flow.map((node): FlowNode => {
    if (node.id !== id) return node;
    const [first = [], ...others] = node['wires'] as string[][];
    return { ...node, wires: [[...first, `${id}-collector`], ...others] };
  });
  return [...tapped, collector(id, nodeOf(flow, id)['z'])];
}

function collector(id: string, tab: unknown): FlowNode {
  return { id: `${id}-collector`, type: 'test-collector', z: tab, x: 10, y: 10, wires: [] };
}

/** The rows of the table in a comment, without its head: their cells. */
export function tableOf(flow: readonly FlowNode[], commentId: string): string[][] {
  return String(nodeOf(flow, commentId)['info'])
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

/** What a function node that sends a recording by the clock sends in a second, counted from the epoch. */
export function recordedIn(flow: readonly FlowNode[], functionId: string, second: number): Record<string, unknown>[] {
  const code = String(nodeOf(flow, functionId)['func']);
  const context = { get: () => undefined, set: () => undefined };
  const [messages] = runInNewContext(`(() => {${code}\n})()`, { context, Date: { now: () => second * 1000 + 137 } }) as [{ payload: object }[]];
  return messages.map(({ payload }) => ({ ...payload }));
}

/** The recording that an inject node sends. */
export function recordedBy<T>(flow: readonly FlowNode[], injectId: string): T[] {
  return JSON.parse(String(nodeOf(flow, injectId)['payload'])) as T[];
}
