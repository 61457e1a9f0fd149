import { migrate, type Migration, newestVersion, versionOf } from '../migrate';
import { MIGRATIONS, type NodeName } from '../migrations';
import './red';

/** A node as the editor holds it: what its dialog stores, beside much that is the editor's. */
type LoadedNode = Record<string, unknown> & { readonly _def?: { readonly defaults?: object } };

/**
 * Has the editor show nodes of earlier versions as the runtime understands them: whenever it gets one, from a flow that it loads or
 * imports, what the dialog stores is brought up to date. The next deploy saves it so.
 */
export function migrateNodes(name: NodeName, migrations: readonly Migration[] = MIGRATIONS[name]): void {
  if (migrations.length === 0) return;
  RED.events.on('nodes:add', (node) => {
    if (node.type === `dstream-${name}`) bringUpToDate(node as unknown as LoadedNode, migrations);
  });
}

function bringUpToDate(node: LoadedNode, migrations: readonly Migration[]): void {
  const names = Object.keys(node._def?.defaults ?? {});
  const stored = Object.fromEntries(names.map((name) => [name, node[name]]));
  if (versionOf(stored) >= newestVersion(migrations)) return;
  const migrated = migrate(stored, migrations);
  for (const name of names) node[name] = migrated[name];
}

/** Whether this palette knows what a node of a version means; a newer palette may have drawn it. */
export function isKnownVersion(name: NodeName, version: unknown): boolean {
  return versionOf({ version }) <= newestVersion(MIGRATIONS[name]);
}
