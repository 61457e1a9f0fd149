import type { NodeDef } from 'node-red';

/** A step that brings the properties of a node from one version of this package up to date. */
export interface Migration {
  /** The version that the properties have afterwards. */
  readonly version: number;
  up(properties: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/**
 * The properties of a node as this version of the package understands them. A flow keeps the version it was drawn with in
 * `version`; steps above it are applied in order. The flow file itself is not touched.
 */
export function migrate(config: NodeDef, migrations: readonly Migration[]): Readonly<Record<string, unknown>> {
  let properties: Record<string, unknown> = { ...config };
  const version = Number(properties.version ?? 1);
  for (const migration of [...migrations].sort((a, b) => a.version - b.version)) {
    if (migration.version > version) properties = { ...migration.up(properties), version: migration.version };
  }
  return properties;
}
