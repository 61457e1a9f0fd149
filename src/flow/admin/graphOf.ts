import type { Deployment } from '../Deployment';
import type { RunningGraph } from '../RunningGraph';
import { type AdminRequest, Refusal } from './AdminRequest';

/** The graph that a request names. @throws {Refusal} where there is none */
export function graphOf(deployment: Deployment, { params }: AdminRequest): RunningGraph {
  const graph = deployment.graphs.find(({ plan }) => plan.graph === params.graph);
  if (graph === undefined) {
    throw new Refusal(404, 'There is no such graph. One whose drawing has a problem is not there: correct it and deploy first.');
  }
  return graph;
}
