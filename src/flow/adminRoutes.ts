import type { NodeAPI } from 'node-red';
import type { Deployment } from './Deployment';

/**
 * What the palette answers over Node-RED's admin API. Every route needs a permission; figures hold ids and numbers, never
 * payloads.
 * - `GET /dstream/graphs` (`dstream.read`): the figures of all graphs that run, and what the last deploy did to each
 */
export function addAdminRoutes(api: NodeAPI, deployment: Deployment): void {
  api.httpAdmin.get('/dstream/graphs', api.auth.needsPermission('dstream.read'), (_request, response) => {
    response.json(deployment.graphs.map((graph) => graph.figures));
  });
}
