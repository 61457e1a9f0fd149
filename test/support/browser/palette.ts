import { readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { packageRoot } from '../packageRoot';

interface Package {
  readonly name: string;
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>>; readonly plugins?: Readonly<Record<string, string>> };
}

/** A type of node, as the package registers it. */
export interface PaletteType {
  readonly type: string;
  readonly set: string;
  readonly isConfig: boolean;
}

export function readPackage(): Package {
  return JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Package;
}

/** All types of all sets that package.json names, as their pages register them. */
export function paletteTypes(): PaletteType[] {
  return Object.entries(readPackage()['node-red'].nodes).flatMap(([set, file]) => {
    const page = readFileSync(join(packageRoot, file.replace(/\.js$/, '.html')), 'utf8');
    const types = [...page.matchAll(/RED\.nodes\.registerType\(\s*['"]([^'"]+)['"]/g)].map(([, type]) => type ?? '');
    return types.map((type) => ({ type, set, isConfig: /category:\s*['"]config['"]/.test(page) }));
  });
}

/** What the keys of the package's own texts begin with: `label`, `error`, `tip`, ... */
export function keyBeginnings(): string[] {
  const { nodes, plugins = {} } = readPackage()['node-red'];
  const beginnings = Object.values({ ...nodes, ...plugins }).flatMap((file) => {
    const { dir, name } = parse(join(packageRoot, file));
    const texts = JSON.parse(readFileSync(join(dir, 'locales/en-US', `${name}.json`), 'utf8')) as Record<string, unknown>;
    return Object.keys(texts);
  });
  return [...new Set(beginnings)];
}
