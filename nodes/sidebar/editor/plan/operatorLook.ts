import '../../../shared/editor/red';

export interface OperatorLook {
  readonly colour: string;
  /** The address of its icon; absent where its node has none. */
  readonly icon?: string;
}

const UNKNOWN = 'var(--red-ui-node-background-placeholder)';

/** How the palette draws the node of a type of operator. */
export function operatorLook(type: string): OperatorLook {
  const definition = RED.nodes.getType(`dstream-${type}`);
  if (definition === null || definition === undefined) return { colour: UNKNOWN };
  return { colour: definition.color, icon: RED.utils.getNodeIcon(definition) };
}
