// Runs the compiled tests with mocha: one process for each group, and one sum at the end.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { canRunNodeRed5, filesBelow, root, seconds, shown } from './project.mjs';

const tests = join(root, 'dist/test');

/** How long a group may take altogether: ms. */
const LONGEST_GROUP = 15 * 60_000;

/** How long mocha may take to end after its last test: ms. What runs on after that was left behind by a test. */
const LONGEST_END = 10_000;

const inFolder = (...names) => (file) => names.some((name) => file.split('/').slice(0, -1).includes(name));
/** Real Node-REDs that are killed; what they share is tested with everything else. */
const isAboutKills = (file) => file.startsWith('kills/');
const inFolderBeyondNpm = inFolder('mosquitto', 'browser', 'smoke', 'heavy', 'install');
/** Histories of crashes, made from seeds: the same with every Node.js. */
const isSimulation = (file) => /[sS]imulation\.test\.js$/.test(file);
const needsMoreThanNpm = (file) => inFolderBeyondNpm(file) || isAboutKills(file);

/**
 * The groups. Each has a process of its own: node-red-node-test-helper puts `should` on Object.prototype, and Node-RED's
 * processes need long time limits. `byDefault`: part of `npm test`, which needs nothing but npm.
 */
export const groups = [
  {
    name: 'unit',
    byDefault: true,
    includes: (file) => !needsMoreThanNpm(file) && !isSimulation(file) && !inFolder('nodes', 'node-red')(file),
  },
  { name: 'simulation', byDefault: true, includes: isSimulation },
  { name: 'nodes', byDefault: true, includes: (file) => !needsMoreThanNpm(file) && inFolder('nodes')(file) },
  {
    name: 'node-red-4',
    byDefault: true,
    includes: (file) => !needsMoreThanNpm(file) && inFolder('node-red')(file),
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '4' },
  },
  {
    name: 'node-red-5',
    byDefault: canRunNodeRed5,
    includes: (file) => !needsMoreThanNpm(file) && inFolder('node-red')(file),
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  { name: 'mosquitto', byDefault: false, includes: inFolder('mosquitto'), timeout: 120_000 },
  // What of these runs a whole Node-RED, with the other version of it.
  {
    name: 'mosquitto-5',
    byDefault: false,
    includes: (file) => inFolder('mosquitto')(file) && inFolder('node-red')(file),
    timeout: 120_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  // What takes minutes: only run when it is asked for by name.
  { name: 'heavy', byDefault: false, includes: inFolder('heavy'), timeout: 900_000 },
  {
    name: 'heavy-5',
    byDefault: false,
    includes: inFolder('heavy'),
    timeout: 900_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  // Mosquitto is needed too. The last line of each test's own output says what was counted.
  { name: 'kills', byDefault: false, includes: isAboutKills, timeout: 240_000 },
  // Chromium is needed too. Each of the two goes through the whole editor of its Node-RED.
  { name: 'browser', byDefault: false, includes: inFolder('browser'), timeout: 120_000 },
  {
    name: 'browser-5',
    byDefault: false,
    includes: inFolder('browser'),
    timeout: 120_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  { name: 'smoke', byDefault: false, includes: inFolder('smoke'), timeout: 180_000 },
  // The packed package, installed as the palette manager does, with the Node-RED that this Node.js runs.
  {
    name: 'install',
    byDefault: false,
    includes: inFolder('install'),
    timeout: 180_000,
    environment: { DSTREAM_TEST_NODE_RED: canRunNodeRed5 ? '5' : '4' },
  },
];

/** The files of a group, relative to dist/test. */
export function filesOf(group) {
  return filesBelow(tests)
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => shown(file).slice('dist/test/'.length))
    .filter(group.includes);
}

/**
 * Runs one group. Resolves with `{passed, failed}`; a process that ends badly without a failed test counts as one failure.
 * @param files relative to dist/test
 * @param pattern only tests whose full title matches this regular expression; undefined: all
 */
export function runGroup(group, files, pattern) {
  const begun = Date.now();
  const parameters = files.map((file) => join(tests, file));
  parameters.push('--reporter', join(root, 'scripts/lib/reporter.cjs'));
  if (group.timeout !== undefined) {
    parameters.push('--timeout', String(group.timeout));
  }
  if (pattern !== undefined) {
    parameters.push('--grep', pattern);
  }
  return new Promise((resolve) => {
    console.log(`\n${group.name}: ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
    const child = fork(join(root, 'node_modules/mocha/bin/mocha.js'), parameters, {
      cwd: root,
      execArgv: [],
      env: { ...process.env, ...group.environment },
    });
    let counts;
    let complaint;
    const endWith = (what) => {
      complaint = what;
      child.kill('SIGKILL');
    };
    let limit = setTimeout(() => {
      endWith(`the group took longer than ${seconds(LONGEST_GROUP)}`);
    }, LONGEST_GROUP);
    child.once('message', (message) => {
      counts = message;
      clearTimeout(limit);
      limit = setTimeout(() => {
        endWith(`a test left something running: mocha had not ended ${seconds(LONGEST_END)} after the last test`);
      }, LONGEST_END);
    });
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      process.off('exit', stop);
      const { passed = 0, failed = 0 } = counts ?? {};
      if (complaint === undefined && counts === undefined) {
        complaint = `mocha ended before its tests did (${signal ?? `exit code ${code}`})`;
      } else if (complaint === undefined && code !== 0 && failed === 0) {
        complaint = `mocha ended with ${signal ?? `exit code ${code}`} although no test failed`;
      }
      if (complaint !== undefined) {
        console.error(`${group.name}: ${complaint}.`);
      }
      const sum = { passed, failed: failed + (complaint === undefined ? 0 : 1) };
      // Worded differently from the closing line, which must be the only one of its kind.
      console.log(`${group.name}: ${sum.passed} passed and ${sum.failed} failed in ${seconds(Date.now() - begun)}`);
      resolve(sum);
    });
  });
}
