import type { FromGraph, ToGraph } from './protocol';

/** Why a graph that ran elsewhere has ended without being asked to. */
export type Death =
  /** User code did not return. `operator`: its place in the plan, where it was this graph's. */
  | { readonly kind: 'hung'; readonly operator: number | undefined; readonly milliseconds: number }
  /** Memory grew beyond what the graph may use. */
  | { readonly kind: 'memory'; readonly operator: number | undefined; readonly reason: string }
  | { readonly kind: 'crashed'; readonly reason: string };

/** What is told about a graph that runs elsewhere. */
export interface GraphListener {
  received(message: FromGraph): void;
  /** The graph is gone, with all that it held. */
  died(death: Death): void;
}

/** A graph that runs elsewhere. */
export interface GraphLink {
  /** @throws where something in the message cannot leave this thread */
  send(message: ToGraph): void;
  /** Ends it at once, if it has not ended yet; its listener hears nothing any more. */
  close(): Promise<void>;
}

/** A place that graphs can run in. */
export interface GraphHost {
  /** Whether it can take another graph. */
  readonly isAlive: boolean;
  open(listener: GraphListener): GraphLink;
}
