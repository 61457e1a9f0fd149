import type { Node, NodeAPI, NodeDef } from 'node-red';
import { deploymentOf } from '../../src/flow/deploymentOf';
import { engineNode } from '../../src/flow/draw';
import { migrate, newestVersion } from '../shared/migrate';
import { MIGRATIONS } from '../shared/migrations';

/** What the engine's dialog stores; numbers may arrive as strings. */
interface EngineProperties extends NodeDef {
  version: number;
  isolation: 'thread' | 'process' | 'inline';
  /** Whether all graphs of this engine share one thread or process. */
  shared: boolean;
  /** MB of JavaScript heap for a thread or process; empty for the default. */
  heapLimit: number | string;
  /** Seconds that one call of a function may take; empty for the default. */
  hangLimit: number | string;
  /** How many threads share the work: a number, or `auto`; absent in flows from before there was a choice, which means 1. */
  parallelism?: number | string;
}

export = function engineConfigNode(api: NodeAPI): void {
  const deployment = deploymentOf(api);

  function EngineNode(this: Node, config: EngineProperties): void {
    api.nodes.createNode(this, config);
    const engine = engineNode(this.id, migrate({ ...config }, MIGRATIONS.engine), newestVersion(MIGRATIONS.engine));
    deployment.addEngine(engine);
    this.on('close', () => {
      deployment.removeEngine(engine);
    });
  }

  api.nodes.registerType('dstream-engine', EngineNode);
};
