import type { GraphMonitor } from '../../../src/flow/monitor/snapshot';

/** What a reset throws away. */
export interface Loss {
  /** Keys with state. */
  readonly keys: number;
  /** Records that wait for a batch or for delivery. */
  readonly waiting: number;
  /** Of log and checkpoint, bytes. */
  readonly bytes: number;
}

/** @param scope one operator, whose state alone goes; absent for everything that the graph has */
export function resetLoss({ operators, durability }: GraphMonitor, scope?: string): Loss {
  if (scope !== undefined) return { keys: operators[scope]?.keys ?? 0, waiting: 0, bytes: 0 };
  const all = Object.values(operators);
  return {
    keys: all.reduce((sum, { keys }) => sum + keys, 0),
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    bytes: (durability?.logBytes ?? 0) + (durability?.checkpointBytes ?? 0),
  };
}
