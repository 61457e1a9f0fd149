import type { FlowView, NodeProperties, RuntimeNode } from '../../src/flow/Runtime';
import type { StreamType } from '../../src/flow/StreamNode';

/** A drawing in short: what each node is and where its only output leads. */
export type Drawing = Readonly<Record<string, readonly [type: string, ...targets: string[]]>>;

/** The running flows that a drawing describes; a `dstream-` type makes a stream node, `disabled` none at all. */
export function flowView(
  drawing: Drawing,
  properties: Readonly<Record<string,
  NodeProperties>> = {},
): FlowView & { readonly streams: string[] } {
  const nodes = new Map<string, RuntimeNode>();
  for (const [id, [type, ...targets]] of Object.entries(drawing)) {
    if (type !== 'disabled') nodes.set(id, { id, type, wires: targets.length === 0 ? [] : [targets] });
  }
  const streamType = (id: string): StreamType | undefined => {
    const type = nodes.get(id)?.type;
    return type?.startsWith('dstream-') === true ? (type.slice('dstream-'.length) as StreamType) : undefined;
  };
  return {
    node: (id) => nodes.get(id),
    streamType,
    properties: (id) => properties[id],
    streams: [...nodes.keys()].filter((id) => streamType(id) !== undefined),
  };
}
