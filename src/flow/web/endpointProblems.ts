import type { Problem } from '../../plan/Problem';
import { problems } from '../problems';
import type { NodeProperties, RuntimeWeb } from '../Runtime';

/** A receiver and the path of its endpoint. */
export interface DrawnEndpoint {
  readonly nodeId: string;
  readonly path: string;
}

/** A path below the root of the flows' web server as it is compared: without slashes at its ends. */
export function endpointPath(text: string): string {
  return text.trim().replace(/^\/+|\/+$/g, '');
}

/** Why a path cannot be one, or undefined where it can: what would have to be encoded in an address is left out of it. */
export function endpointPathFault(path: string): string | undefined {
  if (path === '') return 'A receiver with the source http has an address of its own, and none is given.';
  if (path.length > 200) return `It has ${String(path.length)} characters, and 200 are allowed.`;
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'A part of it is empty, or consists of dots.';
  return /^[\w.~/-]+$/.test(path) ? undefined : 'Only the letters a to z, digits and - _ . ~ / are possible.';
}

/**
 * What keeps endpoints from being opened that are sound in themselves: the web server is off, two want the same path, or the
 * editor has it.
 * @param others the live "http in" nodes of the flows
 * @param web undefined where it is off
 */
export function endpointProblems(
  endpoints: readonly DrawnEndpoint[],
  others: readonly NodeProperties[],
  web: Pick<RuntimeWeb, 'isEditors'> | undefined,
): Problem[] {
  if (web === undefined) return endpoints.map(({ nodeId }) => problems.httpOff(nodeId));
  const taken = new Set(
    others.flatMap(({ method, url }) => (method === 'post' && typeof url === 'string' ? [endpointPath(url).toLowerCase()] : [])),
  );
  return endpoints.flatMap(({ nodeId, path }) => {
    if (web.isEditors(path)) return [problems.httpPathTwice(nodeId, path, "Node-RED's editor")];
    const rivals = endpoints.filter((other) => other.path === path && other.nodeId !== nodeId);
    if (rivals.length > 0) return [problems.httpPathTwice(nodeId, path, 'another receiver')];
    // Node-RED's own nodes make no difference between large and small letters.
    return taken.has(path.toLowerCase()) ? [problems.httpPathTwice(nodeId, path, 'an http in node')] : [];
  });
}
