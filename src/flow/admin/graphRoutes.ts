import type { NodeAPI } from 'node-red';
import type { Reset } from '../../engine/Engine';
import type { Deployment } from '../Deployment';
import { resetScope } from '../resetScope';
import type { RunningGraph } from '../RunningGraph';
import { type AdminRequest, Refusal } from './AdminRequest';
import { carryOut, note } from './answer';
import { brokenOf, graphOf, graphWithCheckpoint, mustRun } from './graphOf';
import { savepointName } from './savepointName';
import { checkSavepoint } from './savepointRoutes';

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
    const savepoint = await wishedSavepoint(graph, request.body, scope);
    const named = (ids: readonly string[]): string => ids.map((id) => JSON.stringify(id)).join(', ');
    const what = scope === 'all' ? 'everything it has on disk' : `the state of ${named(scope)}`;
    const back = savepoint === undefined ? '' : `, back to the savepoint "${savepoint}"`;
    note(api, request, 'reset', `resets ${what} in the graph ${graph.plan.graph}${back}`);
    const reset = await deployment.reset(graph, scope, savepoint === undefined ? {} : { savepoint });
    return { reset, ...(graph.failure === undefined ? {} : { failure: graph.failure.what }) };
  });

  post('pause', (request) => {
    const broken = brokenOf(deployment, request);
    if (broken !== undefined) throw new Refusal(409, `The graph does not run: ${broken.problems[0]?.what ?? ''} Correct it and deploy.`);
    const graph = graphOf(deployment, request);
    mustRun(graph);
    if (!graph.isOnHold) note(api, request, 'pause', `pauses the graph ${graph.plan.graph}`);
    graph.hold(true);
    return { paused: true };
  });

  post('resume', (request) => {
    const broken = brokenOf(deployment, request);
    if (broken !== undefined) {
      if (deployment.awaited.isOnHold(broken)) note(api, request, 'resume', `lets the graph ${broken.id} go on once it is corrected`);
      deployment.awaited.release(broken);
      return { paused: false };
    }
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

/** The savepoint that a reset is to go back to, if it is to; it can be read. @throws {Refusal} */
async function wishedSavepoint(graph: RunningGraph, body: unknown, scope: Reset['scope']): Promise<string | undefined> {
  if (typeof body !== 'object' || body === null || !('savepoint' in body)) return undefined;
  const name = savepointName(body, 'savepoint');
  if (scope !== 'all') throw new Refusal(400, 'A savepoint has the state of the whole graph: it can only be gone back to with "scope": "all".');
  await checkSavepoint(graph, name);
  return name;
}
