// Installs what the scripts need, so that `npm test` and `npm start` work in a fresh clone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { changedAt, root, seconds, shown } from './project.mjs';
import { need } from './run.mjs';

/** The folder of Node-RED 5: apart, because Node.js 20 cannot install it beside Node-RED 4.1. */
export const nodeRed5Folder = join(root, 'test/node-red-5');

/** npm writes this file when an installation is complete. */
function isInstalled(folder) {
  const installed = changedAt(join(folder, 'node_modules/.package-lock.json'));
  return installed > 0 && installed >= changedAt(join(folder, 'package-lock.json'));
}

async function install(folder, what) {
  if (isInstalled(folder)) {
    return;
  }
  const begun = Date.now();
  console.log(`Installing ${what} ...`);
  // The development dependencies are wanted whatever NODE_ENV or the user's npm configuration says. One dependency that
  // states a narrower range of Node.js versions than it needs must not keep the tests from running: engine-strict is for
  // those who install the palette, and package.json's own `engines` is checked by every script.
  const parameters = ['ci', '--include=dev', '--no-engine-strict', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, before] = npm?.endsWith('.js') && existsSync(npm) ? [process.execPath, [npm]] : ['npm', []];
  await need(`Installing ${what} in ${shown(folder) || 'the project'}`, command, [...before, ...parameters], {
    cwd: folder,
    shell: process.platform === 'win32' && command === 'npm',
  });
  console.log(`Installed ${what} in ${seconds(Date.now() - begun)}.`);
}

export function installDependencies() {
  return install(root, 'the dependencies');
}

export function installNodeRed5() {
  return install(nodeRed5Folder, 'Node-RED 5');
}

export function nodeRed5IsInstalled() {
  return isInstalled(nodeRed5Folder);
}
