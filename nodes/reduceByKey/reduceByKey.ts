import type { Node, NodeAPI, NodeDef } from 'node-red';
import { joinDeployment } from '../shared/joinDeployment';

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

export = function reduceByKeyNode(api: NodeAPI): void {
  function ReduceByKeyNode(this: Node, config: ReduceByKeyProperties): void {
    api.nodes.createNode(this, config);
    joinDeployment(api, this, 'reduceByKey', config);
  }

  api.nodes.registerType('dstream-reduceByKey', ReduceByKeyNode);
};
