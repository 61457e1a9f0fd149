import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's folder, found from a compiled file wherever the compiler put it. */
function findPackageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) {
      return folder;
    }
  }
  throw new Error(`No package.json in any folder above ${__dirname}.`);
}

export const packageRoot = findPackageRoot();
