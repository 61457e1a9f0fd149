import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NodeAPI, NodeAPISettingsWithData, NodeMessage } from 'node-red';
import { SystemClock } from '../ports/node/SystemClock';
import { ProcessEnd } from './ProcessEnd';
import { webOf } from './web/webOf';
import type { NodeProperties, Runtime, RuntimeHooks, RuntimeNode } from './Runtime';

/** Reaches the real Node-RED. @param api returns the newest API object; each node set gets one of its own, any of them will do */
export function runtimeOf(api: () => NodeAPI): Runtime {
  return {
    events: api().events,
    get hooks() {
      // The test helper has none, whatever the types say.
      return api().hooks as RuntimeHooks | undefined;
    },
    node: (id) => api().nodes.getNode(id) ?? undefined,
    properties() {
      const properties = new Map<string, NodeProperties>();
      api().nodes.eachNode((node) => {
        properties.set(node.id, node as unknown as NodeProperties);
      });
      return properties;
    },
    deliver(id, message) {
      api().nodes.getNode(id)?.receive(message as NodeMessage);
    },
    clone: (message) => api().util.cloneMessage(message as NodeMessage),
    property(message, expression) {
      try {
        return api().util.getMessageProperty(message as NodeMessage, expression) as unknown;
      } catch {
        // A part of the path is missing, or it is no path; either way the message has no such property.
        return undefined;
      }
    },
    environment: (name, node) => environmentValue(api(), name, node),
    get utilPath() {
      return utilPath(api().settings);
    },
    get instanceId() {
      return instanceId(api().settings);
    },
    get userDirectory() {
      const { userDir } = api().settings as { readonly userDir?: unknown };
      return typeof userDir === 'string' && userDir !== '' ? userDir : undefined;
    },
    get web() {
      return webOf(api);
    },
    end: new ProcessEnd(process, new SystemClock()),
    warn(text) {
      api().log.warn(text);
    },
  };
}

function environmentValue(api: NodeAPI, name: string, node: RuntimeNode): unknown {
  const live = api.nodes.getNode(node.id);
  const value: unknown = live ? api.util.evaluateNodeProperty(name, 'env', live, {}) : undefined;
  // Bytes would come out of the graph's thread as something else than a Buffer.
  return Buffer.isBuffer(value) ? value.toString() : value ?? undefined;
}

function utilPath(settings: NodeAPISettingsWithData): string | undefined {
  const { coreNodesDir } = settings as { readonly coreNodesDir?: unknown };
  const starts = typeof coreNodesDir === 'string' ? [coreNodesDir, dirname(coreNodesDir)] : [];
  try {
    return createRequire(join(starts[0] ?? __dirname, 'index.js')).resolve('@node-red/util', { paths: [...starts, __dirname] });
  } catch {
    return undefined;
  }
}

function instanceId(settings: NodeAPISettingsWithData): string {
  const { instanceId: own, userDir } = settings as { readonly instanceId?: unknown; readonly userDir?: unknown };
  if (typeof own === 'string' && own !== '') return own;
  try {
    const stored: unknown = settings.get('instanceId');
    if (typeof stored === 'string' && stored !== '') return stored;
  } catch {
    // Settings cannot be read before storage is ready.
  }
  return typeof userDir === 'string' ? userDir : '';
}
