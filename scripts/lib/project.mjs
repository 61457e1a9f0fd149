// Where things are, and small helpers that every script needs. Plain JavaScript without any dependency:
// the scripts run before anything is installed or compiled.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything that scripts make and nobody keeps; ignored by git. */
export const cache = join(root, '.cache');

/** The lowest Node.js that the package runs on, as in package.json's `engines`. */
const LOWEST_NODE = [20, 19];

/** The lowest Node.js that Node-RED 5 runs on. */
const LOWEST_NODE_FOR_NODE_RED_5 = [22, 9];

function nodeIsAtLeast([major, minor]) {
  const [runningMajor = 0, runningMinor = 0] = process.versions.node.split('.').map(Number);
  return runningMajor > major || (runningMajor === major && runningMinor >= minor);
}

/** Whether the running Node.js can run Node-RED 5. */
export const canRunNodeRed5 = nodeIsAtLeast(LOWEST_NODE_FOR_NODE_RED_5);

/** A failure whose message says all there is to say: shown without a stack. */
export class Failure extends Error {}

/**
 * Runs a script's main function: failures in plain words, a stack only for what nobody expected.
 * @param options.endsItself the script has its own way to end at a signal
 */
export function main(run, { endsItself = false } = {}) {
  if (!nodeIsAtLeast(LOWEST_NODE)) {
    console.error(`Node.js ${process.versions.node} is too old: this project needs ${LOWEST_NODE.join('.')} or newer.`);
    process.exit(1);
  }
  // Ending by way of `exit` lets the exit listeners end the programs that were started.
  if (!endsItself) {
    process.once('SIGTERM', () => process.exit(143));
    process.once('SIGINT', () => process.exit(130));
  }
  run().catch((error) => {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  });
}

/** A path as people write it: relative to the project, with forward slashes. */
export function shown(path) {
  return relative(root, path).split(sep).join('/');
}

/** All files below a folder, sorted; none where the folder is missing. */
export function filesBelow(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The folders directly below a folder. */
export function foldersIn(folder) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** When a file was last changed: ms since the epoch; 0 where it is missing. */
export function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

export function readPackage(folder = root) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** `1 file`, `2 files` */
export function counted(number, word) {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
