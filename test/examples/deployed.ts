import type { Collected, FlowNode, NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

/** What a tap saw of one batch. */
export interface Batch<T> {
  /** ms since the epoch */
  readonly time: number;
  readonly payloads: readonly T[];
}

/** The collector beside a debug node, or wired to a stream node as a tap. */
export function collectorOf(id: string): string {
  return `${id}-collector`;
}

export async function payloadsAt<T>(nodeRed: NodeRed, id: string, least = 0, limit = 20_000): Promise<T[]> {
  return (await nodeRed.collected(collectorOf(id), least, limit)).map(({ message }) => message['payload'] as T);
}

/** Resolves with what has come to a debug node, as soon as that satisfies `enough`. */
export async function payloadsUntil<T>(nodeRed: NodeRed, id: string, enough: (payloads: readonly T[]) => boolean, limit: number): Promise<T[]> {
  let payloads: T[] = [];
  const look = async (): Promise<boolean> => {
    payloads = await payloadsAt<T>(nodeRed, id);
    return enough(payloads);
  };
  await until(`enough came to ${id}`, look, limit);
  return payloads;
}

/** The batches that a tap saw, by their time. */
export async function batchesAt<T>(nodeRed: NodeRed, id: string): Promise<Batch<T>[]> {
  return (await nodeRed.collected(collectorOf(id))).map(({ message }) => ({ time: batchTimeOf(message), payloads: message['payload'] as T[] }));
}

/** The payloads of the window (end - length, end]. */
export function inWindow<T>(batches: readonly Batch<T>[], end: number, length: number): T[] {
  return batches.filter(({ time }) => time > end - length && time <= end).flatMap(({ payloads }) => payloads);
}

export function batchTimeOf(message: Collected['message']): number {
  return (message['dstream'] as { readonly batchTime: number }).batchTime;
}

/** The same flow with this Node-RED's address, and a port that is free on this machine. */
export function atHome(flow: readonly FlowNode[], url: string, port: number): FlowNode[] {
  const text = JSON.stringify(flow).replaceAll('http://127.0.0.1:1880', url).replaceAll('20777', String(port));
  return JSON.parse(text) as FlowNode[];
}
