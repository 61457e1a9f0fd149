// Runs the compiled tests with mocha: one process for each group, two groups at a time, and one sum at the end.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { canRunNodeRed5, counted, filesBelow, root, seconds, shown } from './project.mjs';
import { Turns } from './turns.mjs';

const tests = join(root, 'dist/test');

/** How long a group may take altogether: ms. */
const LONGEST_GROUP = 15 * 60_000;

/** How long mocha may take to end after its last test: ms. What runs on after that was left behind by a test. */
const LONGEST_END = 10_000;

/** How long what mocha printed may take to arrive after its end: ms. */
const LONGEST_LAST_WORDS = 2000;

const inFolder = (...names) => (file) => names.some((name) => file.split('/').slice(0, -1).includes(name));
/** Real Node-REDs that are killed; what they share is tested with everything else. */
const isAboutKills = (file) => file.startsWith('kills/');
const inFolderBeyondNpm = inFolder('mosquitto', 'browser', 'smoke', 'heavy', 'install');
/** Histories of crashes, made from seeds: the same with every Node.js. */
const isSimulation = (file) => /[sS]imulation\.test\.js$/.test(file);
const needsMoreThanNpm = (file) => inFolderBeyondNpm(file) || isAboutKills(file);
const usesNodeRed = (file) => !needsMoreThanNpm(file) && inFolder('node-red')(file);
/** How soon Node-RED answers and ends, while a function takes all of one core. */
const isTimed = (file) => ['node-red/runaway.test.js', 'node-red/stop.test.js'].includes(file);

/**
 * The groups. Each has a process of its own: node-red-node-test-helper puts `should` on Object.prototype, and Node-RED's
 * processes need long time limits.
 * `byDefault`: part of `npm test`, which needs nothing but npm.
 * `runs`: `beside` one that needs a core, where it waits for timers, brokers and npm most of the time; `alone`, where it measures
 * what others would slow down.
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
    runs: 'beside',
    includes: (file) => usesNodeRed(file) && !isTimed(file),
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '4' },
  },
  {
    name: 'node-red-5',
    byDefault: canRunNodeRed5,
    runs: 'beside',
    includes: (file) => usesNodeRed(file) && !isTimed(file),
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  {
    name: 'timed-4',
    byDefault: true,
    runs: 'alone',
    includes: isTimed,
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '4' },
  },
  {
    name: 'timed-5',
    byDefault: canRunNodeRed5,
    runs: 'alone',
    includes: isTimed,
    timeout: 60_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  // How long the event loop is held while thousands of messages a second come.
  { name: 'mosquitto', byDefault: false, runs: 'alone', includes: inFolder('mosquitto'), timeout: 120_000 },
  // What of these runs a whole Node-RED, with the other version of it.
  {
    name: 'mosquitto-5',
    byDefault: false,
    runs: 'alone',
    includes: (file) => inFolder('mosquitto')(file) && inFolder('node-red')(file),
    timeout: 120_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  // What takes minutes: only run when it is asked for by name.
  { name: 'heavy', byDefault: false, runs: 'alone', includes: inFolder('heavy'), timeout: 900_000 },
  {
    name: 'heavy-5',
    byDefault: false,
    runs: 'alone',
    includes: inFolder('heavy'),
    timeout: 900_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  // Mosquitto is needed too. The last line of each test's own output says what was counted.
  { name: 'kills', byDefault: false, runs: 'beside', includes: isAboutKills, timeout: 240_000 },
  // Chromium is needed too. Each of the two goes through the whole editor of its Node-RED.
  { name: 'browser', byDefault: false, includes: inFolder('browser'), timeout: 120_000 },
  {
    name: 'browser-5',
    byDefault: false,
    includes: inFolder('browser'),
    timeout: 120_000,
    environment: { DSTREAM_TEST_NODE_RED: '5' },
  },
  { name: 'smoke', byDefault: false, runs: 'beside', includes: inFolder('smoke'), timeout: 180_000 },
  // The packed package, installed as the palette manager does, with the Node-RED that this Node.js runs.
  {
    name: 'install',
    byDefault: false,
    runs: 'beside',
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
 * Runs groups, two at a time: one that needs a core beside one that waits, as long as there are both. Those that run alone come
 * last. A machine with a single core runs one after the other. What each group says comes in one piece.
 * @param wanted `{group, files}` for each group, in the order in which they begin; the files relative to dist/test
 * @param pattern only tests whose full title matches this regular expression; undefined: all
 * @returns how many tests `{passed, failed}` altogether
 */
export async function runGroups(wanted, pattern) {
  const turns = new Turns();
  const sum = { passed: 0, failed: 0 };
  const runAll = async (...queues) => {
    for (let queue; (queue = queues.find(({ length }) => length > 0)) !== undefined; ) {
      const { group, files } = queue.shift();
      const { passed, failed } = await runGroup(group, files, pattern, turns.begin());
      sum.passed += passed;
      sum.failed += failed;
    }
  };
  const thatRun = (how) => wanted.filter(({ group }) => group.runs === how);
  const [needCore, wait, alone] = [thatRun(undefined), thatRun('beside'), thatRun('alone')];
  if (availableParallelism() > 1) {
    await Promise.all([runAll(needCore, wait), runAll(wait, needCore)]);
  }
  await runAll(needCore, wait, alone);
  return sum;
}

/**
 * Runs one group. Resolves with `{passed, failed}`; a process that ends badly without a failed test counts as one failure.
 * @param turn takes what the group says; it is ended here
 */
function runGroup(group, files, pattern, turn) {
  const begun = Date.now();
  const parameters = files.map((file) => join(tests, file));
  parameters.push('--reporter', join(root, 'scripts/lib/reporter.cjs'));
  if (process.stdout.isTTY) {
    parameters.push('--color');
  }
  if (group.timeout !== undefined) {
    parameters.push('--timeout', String(group.timeout));
  }
  if (pattern !== undefined) {
    parameters.push('--grep', pattern);
  }
  return new Promise((resolve) => {
    turn.say(`\n${group.name}: ${counted(files.length, 'file')}\n`);
    const child = fork(join(root, 'node_modules/mocha/bin/mocha.js'), parameters, {
      cwd: root,
      execArgv: [],
      env: { ...process.env, ...group.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => turn.say(text));
    }
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
    child.once('exit', () => {
      // A program that a test left behind would keep them open.
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LONGEST_LAST_WORDS).unref();
    });
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
        turn.say(`${group.name}: ${complaint}.\n`);
      }
      const sum = { passed, failed: failed + (complaint === undefined ? 0 : 1) };
      // Worded differently from the closing line, which must be the only one of its kind.
      turn.say(`${group.name}: ${sum.passed} passed and ${sum.failed} failed in ${seconds(Date.now() - begun)}\n`);
      turn.end();
      resolve(sum);
    });
  });
}
