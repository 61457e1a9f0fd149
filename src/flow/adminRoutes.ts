import type { NodeAPI } from 'node-red';
import type { Deployment } from './Deployment';
import { resetScope } from './resetScope';
import type { RunningGraph } from './RunningGraph';

/** What a route needs of a request. */
interface AdminRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Whether the body is of a content type; false, or null where there is no body, if it is not. */
  is(type: string): string | false | null;
}

interface AdminResponse {
  status(code: number): this;
  json(body: unknown): unknown;
}

/** A request that is not carried out: the status of the answer, and why. */
class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409 | 415,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What the palette answers over Node-RED's admin API. Every route needs a permission; figures hold ids and numbers, never
 * payloads. What changes something is a POST with a body of JSON, which a page of another site cannot send, and leaves a line in
 * the log that names the user.
 * - `GET /dstream/graphs` (`dstream.read`): the figures of all graphs that run, and what the last deploy did to each
 * - `POST /dstream/graphs/:graph/checkpoint` (`dstream.write`): makes a checkpoint now; answered when it is on the disk
 * - `POST /dstream/graphs/:graph/reset` (`dstream.write`): starts the graph again without what it has on disk, or without the
 *   state of some of its nodes: `{"scope": "all"}` or `{"scope": ["id", ...]}`
 */
export function addAdminRoutes(api: NodeAPI, deployment: Deployment): void {
  const may = (permission: string): ReturnType<typeof api.auth.needsPermission> => api.auth.needsPermission(permission);

  api.httpAdmin.get('/dstream/graphs', may('dstream.read'), (_request, response) => {
    response.json(deployment.graphs.map((graph) => graph.figures));
  });

  api.httpAdmin.post('/dstream/graphs/:graph/checkpoint', may('dstream.write'), (request, response) => {
    void answer(request, response, async (graph) => {
      if (graph.failure !== undefined) throw new Refusal(409, `The graph does not run: ${graph.failure.what}`);
      await graph.checkpoint().catch((error: unknown) => {
        throw new Refusal(409, error instanceof Error ? error.message : String(error));
      });
      note(api, request, 'checkpoint', `made a checkpoint of the graph ${graph.plan.graph}`);
      return {};
    });
  });

  api.httpAdmin.post('/dstream/graphs/:graph/reset', may('dstream.write'), (request, response) => {
    void answer(request, response, async (graph) => {
      const wish = resetScope(request.body, [graph.plan, graph.wanted], (id) => graph.nameOf(id));
      if ('problem' in wish) throw new Refusal(wish.isUnknown === true ? 404 : 400, wish.problem);
      const { scope } = wish;
      const what = scope === 'all' ? 'everything it has on disk' : `the state of ${scope.map((id) => JSON.stringify(id)).join(', ')}`;
      note(api, request, 'reset', `resets ${what} in the graph ${graph.plan.graph}`);
      const reset = await deployment.reset(graph, scope);
      return { reset, ...(graph.failure === undefined ? {} : { failure: graph.failure.what }) };
    });
  });

  /** Answers with what was done, or with why it was not. */
  async function answer(
    request: AdminRequest,
    response: AdminResponse,
    work: (graph: RunningGraph) => Promise<object>,
  ): Promise<void> {
    try {
      if (typeof request.is('application/json') !== 'string') {
        throw new Refusal(415, 'The body must be JSON, with the header Content-Type: application/json.');
      }
      response.json(await work(graphWithCheckpoint(deployment, String(request.params.graph))));
    } catch (error) {
      if (!(error instanceof Refusal)) api.log.error(`[dstream] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const [status, message] = error instanceof Refusal ? [error.status, error.message] : [500, 'See the log of Node-RED.'];
      response.status(status).json({ message });
    }
  }
}

function graphWithCheckpoint(deployment: Deployment, id: string): RunningGraph {
  const graph = deployment.graphs.find(({ plan }) => plan.graph === id);
  if (graph === undefined) {
    throw new Refusal(404, 'There is no such graph. One whose drawing has a problem is not there: correct it and deploy first.');
  }
  if (!graph.wanted.operators.some(({ type }) => type === 'checkpoint')) {
    throw new Refusal(409, 'The graph has no checkpoint node, so it has nothing on disk. It begins anew when it is stopped.');
  }
  return graph;
}

/** Says in the log who did something, and tells Node-RED's audit log where there is one. */
function note(api: NodeAPI, request: AdminRequest, event: string, what: string): void {
  const user: unknown = Reflect.get(request, 'user');
  const name: unknown = typeof user === 'object' && user !== null && 'username' in user ? user.username : undefined;
  // Quoted, so that no name can make lines of its own.
  const who = typeof name === 'string' ? `The user ${JSON.stringify(name)}` : 'Somebody (no one logs in here)';
  // Node-RED puts the level of audit lines in its place.
  const entry = { level: 0, event: `dstream.${event}`, graph: String(request.params.graph) };
  api.log.audit(entry, request);
  api.log.info(`[dstream] ${who} ${what}.`);
}
