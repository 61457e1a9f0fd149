import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';
import { migrate, type Migration } from '../shared/migrate';

/** What the reduceByKey dialog stores. */
interface ReduceByKeyProperties extends NodeDef {
  version: number;
  keyType: 'key' | 'msg' | 'jsonata';
  key: string;
  aggregates: {
    aggregate: string;
    of: string;
    ofType: 'msg' | 'jsonata';
    as: string;
    /** Of percentile, topK and list; empty for the usual one. Numbers may arrive as strings. */
    parameter?: number | string;
    /** Of reduce: JavaScript over `a` and `b`. */
    reduce?: string;
    inverse?: string;
  }[];
  emit: 'all' | 'changed';
  emitLeaving: boolean;
  /** The most keys of a window; records of further keys are left out. Numbers may arrive as strings. */
  keyLimit: number | string;
}

/** None yet: 1 is the first version. */
const migrations: readonly Migration[] = [];

export = function reduceByKeyNode(api: NodeAPI): void {
  function ReduceByKeyNode(this: Node, config: ReduceByKeyProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'reduceByKey', migrate(config, migrations));
  }

  api.nodes.registerType('dstream-reduceByKey', ReduceByKeyNode);
};
