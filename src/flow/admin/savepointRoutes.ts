import type { NodeAPI } from 'node-red';
import { type GraphSavepoints, savepointsOf } from '../../engine/savepointsOf';
import type { Deployment } from '../Deployment';
import type { SavepointAnswer } from '../monitor/snapshot';
import type { RunningGraph } from '../RunningGraph';
import { type AdminRequest, Refusal } from './AdminRequest';
import { answerLater, carryOut, note } from './answer';
import { graphWithCheckpoint, mustRun } from './graphOf';
import { savepointName } from './savepointName';

/** The states of a graph that are kept under names. Going back to one is a reset. */
export function addSavepointRoutes(api: NodeAPI, deployment: Deployment): void {
  const path = '/dstream/graphs/:graph/savepoints';
  const mayWrite = api.auth.needsPermission('dstream.write');

  api.httpAdmin.get(path, api.auth.needsPermission('dstream.read'), (request, response) => {
    void answerLater(api, response, async (): Promise<SavepointAnswer> => {
      return { savepoints: await savepointsIn(graphWithCheckpoint(deployment, request)).list() };
    });
  });

  api.httpAdmin.post(path, mayWrite, (request, response) => {
    void carryOut(api, request, response, () => make(request));
  });

  api.httpAdmin.post(`${path}/delete`, mayWrite, (request, response) => {
    void carryOut(api, request, response, () => remove(request));
  });

  async function make(request: AdminRequest): Promise<object> {
    const graph = graphWithCheckpoint(deployment, request);
    const name = savepointName(request.body, 'name');
    mustRun(graph);
    await graph.checkpoint(name).catch((error: unknown) => {
      throw new Refusal(409, error instanceof Error ? error.message : String(error));
    });
    note(api, request, 'savepoint', `made the savepoint "${name}" of the graph ${graph.plan.graph}`);
    return {};
  }

  async function remove(request: AdminRequest): Promise<object> {
    const graph = graphWithCheckpoint(deployment, request);
    const name = savepointName(request.body, 'name');
    if (!await savepointsIn(graph).remove(name)) throw noSavepoint(name);
    note(api, request, 'savepoint.delete', `deleted the savepoint "${name}" of the graph ${graph.plan.graph}`);
    return {};
  }
}

/** Makes sure that a graph can go back to a savepoint before anything of it is stopped. @throws {Refusal} where it cannot */
export async function checkSavepoint(graph: RunningGraph, name: string): Promise<void> {
  const savepoints = savepointsIn(graph);
  if (!(await savepoints.list()).some((savepoint) => savepoint.name === name)) throw noSavepoint(name);
  await savepoints.check(name).catch((error: unknown) => {
    throw new Refusal(409, error instanceof Error ? error.message : String(error));
  });
}

/** Those in the folder that the drawing deployed last names: that one runs after a reset. */
function savepointsIn(graph: RunningGraph): GraphSavepoints {
  const savepoints = savepointsOf(graph.wanted);
  if (savepoints === undefined) throw new Error('A graph without a checkpoint has no savepoints.');
  return savepoints;
}

function noSavepoint(name: string): Refusal {
  return new Refusal(404, `There is no savepoint "${name}". Choose one of those that GET .../savepoints lists.`);
}
