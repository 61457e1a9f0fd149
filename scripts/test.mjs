// npm test: installs what is missing, builds, and runs the whole test suite that needs nothing but npm.
//
//   npm test                                            everything
//   npm test -- test/operators/keys.test.ts             one file; a folder works too
//   npm test -- "sliding windows"                       the tests whose title matches
//   npm test -- --groups unit,mosquitto                 groups by name, also those that `npm test` leaves out
//   npm test -- --built                                 without a build: it was made just before, or other tests are using it
//
// The last line is always `N passed, N failed`. A skipped test counts as failed. With DSTREAM_COUNTS=<file> the same line
// is also appended to that file, for .ci/run.
import { appendFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, main, root, shown } from './lib/project.mjs';
import { installDependencies, installNodeRed5 } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { filesOf, groups, runGroup } from './lib/tests.mjs';

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
      const unknown = wanted.names.find((name) => !groups.some((group) => group.name === name));
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

main(async () => {
  const { names, paths, patterns, isBuilt } = readParameters(process.argv.slice(2));
  const pattern = patterns.length > 0 ? patterns.map((each) => `(${each})`).join('|') : undefined;
  const sum = { passed: 0, failed: 0 };
  try {
    // The order matters: the build needs the compiler, the tests need the build's output.
    await installDependencies();
    if (!isBuilt) await build({ strict: true });
    for (const group of groups) {
      const isNamed = names !== undefined ? names.includes(group.name) : group.byDefault || paths.length > 0;
      const files = filesOf(group).filter(
        (file) => paths.length === 0 || paths.some((path) => path === '' || file === path || file.startsWith(`${path}/`)),
      );
      if (!isNamed || files.length === 0 || (names === undefined && group.name === 'node-red-5' && !group.byDefault)) {
        continue;
      }
      if (group.environment?.DSTREAM_TEST_NODE_RED === '5') {
        await installNodeRed5();
      }
      const { passed, failed } = await runGroup(group, files, pattern);
      sum.passed += passed;
      sum.failed += failed;
    }
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
