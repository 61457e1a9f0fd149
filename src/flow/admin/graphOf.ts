import type { Deployment } from '../Deployment';
import type { BrokenDrawing } from '../monitor/brokenDrawings';
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

/** The drawing that a request names, where it has a mistake and does not run. */
export function brokenOf(deployment: Deployment, { params }: AdminRequest): BrokenDrawing | undefined {
  return deployment.broken.find(({ id }) => id === params.graph);
}

/** The same, where its drawing has a checkpoint. @throws {Refusal} */
export function graphWithCheckpoint(deployment: Deployment, request: AdminRequest): RunningGraph {
  const graph = graphOf(deployment, request);
  if (!graph.wanted.operators.some(({ type }) => type === 'checkpoint')) {
    throw new Refusal(409, 'The graph has no checkpoint node, so it has nothing on disk. It begins anew when it is stopped.');
  }
  return graph;
}

/** @throws {Refusal} where a graph has ended */
export function mustRun({ failure }: RunningGraph): void {
  if (failure !== undefined) throw new Refusal(409, `The graph does not run: ${failure.what}`);
}
