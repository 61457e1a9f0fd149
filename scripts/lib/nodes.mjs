// Other versions of Node.js, from npm's own packages of it: each in a folder apart, because one among the project's packages would
// take the place of the user's Node.js in every npm script.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, cache } from './project.mjs';
import { need } from './run.mjs';

/** What the package with the program is called on this machine. */
function packageName() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `${system}-${process.arch}`;
  return name === 'darwin-arm64' ? `node-bin-${name}` : `node-${name}`;
}

/**
 * The program of a main version of Node.js, such as `24`. Installs it where it is not there yet.
 * @param version undefined: the one that runs
 */
export async function nodeProgram(version) {
  if (version === undefined || version === process.versions.node.split('.')[0]) {
    return process.execPath;
  }
  if (!/^\d+$/.test(version)) {
    throw new Failure(`--node takes a main version of Node.js, such as 24; this is "${version}".`);
  }
  const folder = join(cache, `node${version}`);
  const program = join(folder, 'node_modules', packageName(), process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const parameters = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--no-engine-strict'];
    await need(`Installing Node.js ${version}`, 'npm', [...parameters, `${packageName()}@${version}`], {
      shell: process.platform === 'win32',
    });
  }
  return program;
}
