import type { MonitorSnapshot } from '../../src/flow/monitor/snapshot';
import type { NodeRed } from './NodeRed';
import { until } from './until';

/** ms that many graphs may take to start together, on a machine that does other things too. */
const LONGEST_START = 60_000;

/** Resolves when there are graphs, and each has run a batch. */
export async function allGraphsRun(nodeRed: NodeRed): Promise<void> {
  await until('all graphs run', async () => {
    const { graphs } = (await nodeRed.request('GET', '/dstream/monitor')) as MonitorSnapshot;
    return graphs.length > 0 && graphs.every(({ state }) => state === 'running');
  }, LONGEST_START);
}
