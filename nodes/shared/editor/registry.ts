type EditorFunctions = Readonly<Record<string, unknown>>;

declare global {
  /** What the bundles of this palette offer to the registerType calls in its html files, by node name. */
  var dstreamEditor: Record<string, EditorFunctions> | undefined;
}

/** Makes the editor functions of a node reachable from its html as `dstreamEditor.<name>`. */
export function expose(name: string, functions: EditorFunctions): void {
  const registry = (globalThis.dstreamEditor ??= {});
  registry[name] = functions;
}
