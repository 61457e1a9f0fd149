import type { NodeAPI } from 'node-red';
import type { Deployment } from '../Deployment';
import type { SampleAnswer } from '../monitor/snapshot';
import { type AdminRequest, Refusal } from './AdminRequest';
import { answer } from './answer';
import { graphOf } from './graphOf';

/** What flows, for previews: the one route that shows payloads. */
export function addSampleRoutes(api: NodeAPI, deployment: Deployment): void {
  const may = api.auth.needsPermission('dstream.preview');

  api.httpAdmin.get('/dstream/graphs/:graph/samples/:operator', may, (request, response) => {
    // What flows is nobody's to keep, neither a browser's nor a proxy's.
    response.set('Cache-Control', 'no-store');
    answer(api, response, () => samplesOf(deployment, request));
  });
}

function samplesOf(deployment: Deployment, request: AdminRequest): SampleAnswer {
  const graph = graphOf(deployment, request);
  if (graph.failure !== undefined) throw new Refusal(409, `The graph does not run: ${graph.failure.what} Correct it and deploy.`);
  const operator = graph.plan.operators.find(({ id }) => id === request.params.operator);
  if (operator === undefined) {
    throw new Refusal(404, 'There is no such node in what runs. Deploy a node that you have just drawn first.');
  }
  if (operator.inputs.length === 0) {
    throw new Refusal(404, 'Nothing flows into a receiver from other nodes. Ask for the node behind it.');
  }
  return graph.samples.ask(operator.id);
}
