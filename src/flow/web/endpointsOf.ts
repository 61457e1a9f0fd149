import type { DurabilityFigures, OfferedMessage } from '../../engine/Engine';
import { PropertyReader } from '../compile/PropertyReader';
import { receiverDialog } from '../compile/receiver';
import type { RegisteredNode } from '../StreamNode';
import type { Endpoint } from './Endpoints';
import type { Offer } from './RequestInput';

/** What endpoints need from the graphs behind them. */
export interface EndpointGraphs {
  offer(receiver: string, messages: readonly OfferedMessage[]): Offer;
  /** ms; undefined where no graph runs. */
  batchInterval(receiver: string): number | undefined;
  /** What the graph with a checkpoint does; undefined where there is none, or it has not told yet. */
  durability(receiver: string): DurabilityFigures['state'] | 'ended' | undefined;
}

/** Seconds after which a request may be tried again where nothing says better. */
const RETRY_AFTER = 5;

/** The endpoints of those stream nodes that have one, by path. */
export function endpointsOf(streams: readonly RegisteredNode[], graphs: EndpointGraphs): Map<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const { node, type, properties } of streams) {
    if (type !== 'receiver' || properties['source'] !== 'http') continue;
    const { source, format } = receiverDialog(new PropertyReader(node.id, properties));
    if (source.kind !== 'http') continue;
    endpoints.set(source.path, {
      bodyLimit: source.bodyLimit,
      format,
      // After the next batch there is room again.
      retryAfter: () => Math.min(60, Math.ceil((graphs.batchInterval(node.id) ?? 1000 * RETRY_AFTER) / 1000)),
      isRecovering: () => {
        const state = graphs.durability(node.id);
        return state === 'opening' || state === 'waiting' || state === 'recovering';
      },
      offer: (messages) => graphs.offer(node.id, messages),
    });
  }
  return endpoints;
}
