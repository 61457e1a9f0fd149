// npm test: installs what is missing, builds, and runs the whole test suite that needs nothing but npm.
//
//   npm test                                            everything
//   npm test -- test/operators/keys.test.ts             one file; a folder works too
//   npm test -- "sliding windows"                       the tests whose title matches
//   npm test -- --groups unit,mosquitto                 groups by name, also those that `npm test` leaves out
//   npm test -- --built                                 without a build: it was made just before, or other tests are using it
//
// Where there are two cores, some groups run at the same time (scripts/lib/tests.mjs); what each prints comes in one piece.
//
// The last line is always `N passed, N failed`. A skipped test counts as failed. With DSTREAM_COUNTS=<file> the same line
// is also appended to that file, for .ci/run.
import { appendFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, canRunNodeRed5, main, root, shown } from './lib/project.mjs';
import { installDependencies, installNodeRed5 } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { filesOf, groups, runGroups } from './lib/tests.mjs';

function groupOf(name) {
  return groups.find((group) => group.name === name);
}

function readParameters(parameters) {
  const wanted = { names: undefined, paths: [], patterns: [], isBuilt: false };
  const rest = [...parameters];
  while (rest.length > 0) {
    const parameter = rest.shift();
    if (parameter === '--') {
      continue;
    }
    if (parameter === '--built') {
      wanted.isBuilt = true;
    } else if (parameter === '--groups') {
      wanted.names = (rest.shift() ?? '').split(',');
      const unknown = wanted.names.find((name) => groupOf(name) === undefined);
      if (unknown !== undefined) {
        throw new Failure(`No group is named ${unknown}. The groups: ${groups.map(({ name }) => name).join(', ')}.`);
      }
    } else if (parameter === '--grep' || parameter === '-g') {
      wanted.patterns.push(rest.shift() ?? '');
    } else if (parameter.startsWith('-')) {
      throw new Failure(`Unknown parameter ${parameter}. Known: --built, --groups, --grep, file names, words of a title.`);
    } else if (existsSync(join(root, parameter)) || existsSync(resolve(parameter))) {
      const path = shown(existsSync(resolve(parameter)) ? resolve(parameter) : join(root, parameter));
      wanted.paths.push(path.replace(/^(dist\/)?test(\/|$)/, '').replace(/\.ts$/, '.js'));
    } else {
      wanted.patterns.push(parameter);
    }
  }
  return wanted;
}

function needsNodeRed5(group) {
  return group.environment?.DSTREAM_TEST_NODE_RED === '5';
}

function canRun(group) {
  return canRunNodeRed5 || !needsNodeRed5(group);
}

/** Whether a test file, relative to dist/test, is one of those that were asked for, or in such a folder. */
function isWanted(file, paths) {
  return paths.length === 0 || paths.some((path) => path === '' || file === path || file.startsWith(`${path}/`));
}

main(async () => {
  const { names, paths, patterns, isBuilt } = readParameters(process.argv.slice(2));
  const pattern = patterns.length > 0 ? patterns.map((each) => `(${each})`).join('|') : undefined;
  const sum = { passed: 0, failed: 0 };
  try {
    // The order matters: the build needs the compiler, the tests need the build's output and whatever Node-RED they run.
    await installDependencies();
    if (!isBuilt) await build({ strict: true });
    const usual = groups.filter((group) => group.byDefault || (paths.length > 0 && canRun(group)));
    const wanted = (names?.map(groupOf) ?? usual)
      .map((group) => ({ group, files: filesOf(group).filter((file) => isWanted(file, paths)) }))
      .filter(({ files }) => files.length > 0);
    if (wanted.some(({ group }) => needsNodeRed5(group))) {
      await installNodeRed5();
    }
    Object.assign(sum, await runGroups(wanted, pattern));
    if (sum.passed + sum.failed === 0) {
      throw new Failure('No test ran.');
    }
  } catch (error) {
    sum.failed++;
    throw error;
  } finally {
    if (sum.failed > 0) {
      process.exitCode = 1;
    }
    const line = `${sum.passed} passed, ${sum.failed} failed`;
    if (process.env.DSTREAM_COUNTS) {
      appendFileSync(process.env.DSTREAM_COUNTS, `${line}\n`);
    }
    // After whatever `main` says about a failure: the closing line is the last.
    process.once('exit', () => {
      console.log(`\n${line}`);
    });
  }
});
