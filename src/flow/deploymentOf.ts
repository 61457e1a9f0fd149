import type { NodeAPI } from 'node-red';
import { addAdminRoutes } from './adminRoutes';
import { Deployment, type EngineFor } from './Deployment';
import { embeddedEngine } from './embeddedEngine';
import { runtimeOf } from './runtimeOf';

interface Known {
  api: NodeAPI;
  readonly deployment: Deployment;
}

/** One deployment for each runtime. All node sets of a runtime share its event emitter, so that is what names it. */
const deployments = new WeakMap<object, Known>();

/**
 * The deployment that the stream nodes of this runtime share. Every node set asks for it when it is loaded; the test helper
 * loads the sets again and again over one runtime.
 */
export function deploymentOf(api: NodeAPI): Deployment {
  return remember(api, embeddedEngine).deployment;
}

/** As `deploymentOf`, but with other engines; for tests, before any node set is loaded. */
export function deploymentWith(api: NodeAPI, engineFor: EngineFor): Deployment {
  deployments.delete(api.events);
  return remember(api, engineFor).deployment;
}

function remember(api: NodeAPI, engineFor: EngineFor): Known {
  let known = deployments.get(api.events);
  if (known === undefined) {
    const made: { api: NodeAPI } = { api };
    known = Object.assign(made, { deployment: new Deployment(runtimeOf(() => made.api), engineFor) });
    deployments.set(api.events, known);
    addAdminRoutes(api, known.deployment);
  }
  known.api = api;
  return known;
}
