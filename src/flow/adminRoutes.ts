import type { NodeAPI } from 'node-red';
import { addGraphRoutes } from './admin/graphRoutes';
import { addMonitorRoutes } from './admin/monitorRoutes';
import { addSampleRoutes } from './admin/sampleRoutes';
import { addSalvageRoutes } from './admin/salvageRoutes';
import { addSavepointRoutes } from './admin/savepointRoutes';
import type { Deployment } from './Deployment';

/**
 * What the palette answers over Node-RED's admin API. Every route needs a permission; figures hold ids, numbers and the texts of
 * problems, and samples alone hold payloads. What changes something is a POST with a body of JSON, which a page of another site
 * cannot send, and leaves a line in the log that names the user.
 * - `GET /dstream/graphs` (`dstream.read`): the figures of all graphs that run, and what the last deploy did to each
 * - `GET /dstream/graphs/:graph/batches/:time` (`dstream.read`): one of the newest batches, with what became of each output
 * - `GET /dstream/monitor` (`dstream.read`): what the Streaming sidebar shows, `?graph=<id>&since=<number>&plan=<revision>`
 * - `GET /dstream/metrics` (`dstream.read`): the figures of all graphs as Prometheus reads them
 * - `POST /dstream/graphs/:graph/checkpoint` (`dstream.write`): makes a checkpoint now; answered when it is on the disk
 * - `POST /dstream/graphs/:graph/reset` (`dstream.write`): starts the graph again without what it has on disk, or without the
 *   state of some of its nodes: `{"scope": "all"}` or `{"scope": ["id", ...]}`; or with the state of a savepoint:
 *   `{"scope": "all", "savepoint": "name"}`
 * - `POST /dstream/graphs/:graph/pause` and `/resume` (`dstream.write`): no batch begins in between; records go on coming in
 * - `GET /dstream/graphs/:graph/savepoints` (`dstream.read`): the states that are kept under names
 * - `POST /dstream/graphs/:graph/savepoints` and `.../savepoints/delete` (`dstream.write`): keeps the state after the batch that runs now,
 *   or deletes one that is kept: `{"name": "..."}`
 * - `GET /dstream/graphs/:graph/salvage` (`dstream.read`): of a graph that does not start because its files are damaged, what would be lost
 * - `POST /dstream/graphs/:graph/salvage` (`dstream.write`): starts it again with everything else: `{}`
 * - `GET /dstream/graphs/:graph/samples/:operator` (`dstream.preview`): the last records that flowed into an operator, payloads
 *   and all; nothing else shows any. Has the graph look at that operator for a while
 */
export function addAdminRoutes(api: NodeAPI, deployment: Deployment): void {
  addMonitorRoutes(api, deployment);
  addGraphRoutes(api, deployment);
  addSavepointRoutes(api, deployment);
  addSalvageRoutes(api, deployment);
  addSampleRoutes(api, deployment);
}
