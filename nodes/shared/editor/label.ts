/** The name that the user gave a node, else what it does. */
export function nameOr(node: { readonly name?: string | undefined }, otherwise: string): string {
  return node.name === undefined || node.name === '' ? otherwise : node.name;
}
