import type { NodeAPI } from 'node-red';
import type { Deployment } from '../Deployment';
import { resetScope } from '../resetScope';
import type { RunningGraph } from '../RunningGraph';
import { type AdminRequest, Refusal } from './AdminRequest';
import { carryOut, note } from './answer';
import { graphOf } from './graphOf';

/** What is done to a graph that runs. */
export function addGraphRoutes(api: NodeAPI, deployment: Deployment): void {
  post('checkpoint', async (request) => {
    const graph = graphWithCheckpoint(deployment, request);
    mustRun(graph);
    await graph.checkpoint().catch((error: unknown) => {
      throw new Refusal(409, error instanceof Error ? error.message : String(error));
    });
    note(api, request, 'checkpoint', `made a checkpoint of the graph ${graph.plan.graph}`);
    return {};
  });

  post('reset', async (request) => {
    const graph = graphWithCheckpoint(deployment, request);
    const wish = resetScope(request.body, [graph.plan, graph.wanted], (id) => graph.nameOf(id));
    if ('problem' in wish) throw new Refusal(wish.isUnknown === true ? 404 : 400, wish.problem);
    const { scope } = wish;
    const named = (ids: readonly string[]): string => ids.map((id) => JSON.stringify(id)).join(', ');
    const what = scope === 'all' ? 'everything it has on disk' : `the state of ${named(scope)}`;
    note(api, request, 'reset', `resets ${what} in the graph ${graph.plan.graph}`);
    const reset = await deployment.reset(graph, scope);
    return { reset, ...(graph.failure === undefined ? {} : { failure: graph.failure.what }) };
  });

  post('pause', (request) => {
    const graph = graphOf(deployment, request);
    mustRun(graph);
    if (!graph.isOnHold) note(api, request, 'pause', `pauses the graph ${graph.plan.graph}`);
    graph.hold(true);
    return { paused: true };
  });

  post('resume', (request) => {
    const graph = graphOf(deployment, request);
    if (graph.isOnHold) note(api, request, 'resume', `lets the graph ${graph.plan.graph} go on`);
    graph.hold(false);
    return { paused: false };
  });

  function post(command: string, work: (request: AdminRequest) => object | Promise<object>): void {
    api.httpAdmin.post(`/dstream/graphs/:graph/${command}`, api.auth.needsPermission('dstream.write'), (request, response) => {
      void carryOut(api, request, response, () => work(request));
    });
  }
}

function graphWithCheckpoint(deployment: Deployment, request: AdminRequest): RunningGraph {
  const graph = graphOf(deployment, request);
  if (!graph.wanted.operators.some(({ type }) => type === 'checkpoint')) {
    throw new Refusal(409, 'The graph has no checkpoint node, so it has nothing on disk. It begins anew when it is stopped.');
  }
  return graph;
}

function mustRun({ failure }: RunningGraph): void {
  if (failure !== undefined) throw new Refusal(409, `The graph does not run: ${failure.what}`);
}
