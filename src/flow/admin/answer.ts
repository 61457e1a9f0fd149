import type { NodeAPI } from 'node-red';
import { type AdminRequest, type AdminResponse, Refusal } from './AdminRequest';

/** Answers with what a question brings to light, or with why it is not answered. */
export function answer(api: NodeAPI, response: AdminResponse, find: () => object): void {
  try {
    response.json(find());
  } catch (error) {
    refuse(api, response, error);
  }
}

/** Carries out what a POST with a body of JSON asks for, and answers with what was done, or with why it was not. */
export async function carryOut(
  api: NodeAPI,
  request: AdminRequest,
  response: AdminResponse,
  work: () => object | Promise<object>,
): Promise<void> {
  await answerLater(api, response, () => {
    if (typeof request.is('application/json') !== 'string') {
      throw new Refusal(415, 'The body must be JSON, with the header Content-Type: application/json.');
    }
    return work();
  });
}

/** Answers when it is found out, or with why it is not answered. */
export async function answerLater(api: NodeAPI, response: AdminResponse, work: () => object | Promise<object>): Promise<void> {
  try {
    response.json(await work());
  } catch (error) {
    refuse(api, response, error);
  }
}

function refuse(api: NodeAPI, response: AdminResponse, error: unknown): void {
  if (error instanceof Refusal) {
    response.status(error.status).json({ message: error.message });
    return;
  }
  api.log.error(`[dstream] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  response.status(500).json({ message: 'See the log of Node-RED.' });
}

/** Says in the log who did something, and tells Node-RED's audit log where there is one. */
export function note(api: NodeAPI, request: AdminRequest, event: string, what: string): void {
  const user: unknown = Reflect.get(request, 'user');
  const name: unknown = typeof user === 'object' && user !== null && 'username' in user ? user.username : undefined;
  // Quoted, so that no name can make lines of its own.
  const who = typeof name === 'string' ? `The user ${JSON.stringify(name)}` : 'Somebody (no one logs in here)';
  // Node-RED puts the level of audit lines in its place.
  const entry = { level: 0, event: `dstream.${event}`, graph: String(request.params.graph) };
  api.log.audit(entry, request);
  api.log.info(`[dstream] ${who} ${what}.`);
}
