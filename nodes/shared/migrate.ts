/** Properties of a node, as a flow has them. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * A step that brings the properties of a node from one version of its dialog up to the next. Runs in Node-RED and in browsers, and
 * must give the same for the same properties for ever: flows from any time come by.
 */
export interface Migration {
  /** The version that the properties have afterwards: 2 for the first migration of a node, and so on. */
  readonly version: number;
  up(properties: Properties): Record<string, unknown>;
}

/** The version that a dialog stores today. */
export function newestVersion(migrations: readonly Migration[]): number {
  return Math.max(1, ...migrations.map(({ version }) => version));
}

/** The version of the dialog that properties were stored by; those that say nothing of it, or nonsense, are from the first one. */
export function versionOf({ version }: Properties): number {
  const number = Number(version);
  return Number.isInteger(number) && number > 1 ? number : 1;
}

/**
 * Properties as the dialog of today would have stored them: all migrations above their version have been applied, in order. Those of
 * a version that is still to come are left as they are; nobody here knows what they mean.
 */
export function migrate(properties: Properties, migrations: readonly Migration[]): Properties {
  const version = versionOf(properties);
  return migrations
    .filter((migration) => migration.version > version)
    .sort((one, other) => one.version - other.version)
    .reduce<Properties>((before, migration) => ({ ...migration.up(before), version: migration.version }), properties);
}
