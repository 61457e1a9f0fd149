/** Members that Node-RED's nodes have at run time and the published types leave out. */
import '@node-red/registry';

declare module '@node-red/registry' {
  interface Node {
    /** Where each output leads: one list of node ids per output. Changes while the flow runs. */
    wires: string[][];
  }

  interface FlowInfo {
    /** In the flow of a subflow instance: the node that stands for the instance. */
    node?: unknown;
  }

  interface NodeAPINodes {
    /** The live node; null or undefined where it is disabled, deleted or failed to start. */
    getNode(id: string): Node | null | undefined;
  }
}
