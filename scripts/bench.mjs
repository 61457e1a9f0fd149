// npm run bench: builds, and runs benchmarks of bench/. Each runs its baseline beside it, prints medians and ratios, keeps them in
// .cache/bench/<name>.json, and asserts nothing.
//
//   npm run bench                                   lists them
//   npm run bench -- compute                        one of them
//   npm run bench -- all                            all, one after the other, and then the table of the results
//   npm run bench -- results                        the table of the results so far
//   npm run bench -- compare <commit> <commit> compute   both commits in turn; . stands for the files as they are
//
//   --rounds 9     how often each variant runs; without it the benchmark's own number
//   --node 24      with another Node.js, which is installed where it is missing
//   --cpu-prof     profiles of all processes into .cache/bench/profiles/<name>
//   --quick        smallest inputs, one round, nothing kept: shows that it works
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, cache, filesBelow, main, root, shown } from './lib/project.mjs';
import { installDependencies } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { prepareCommit, removeCommits } from './lib/commits.mjs';
import { nodeProgram } from './lib/nodes.mjs';
import { run } from './lib/run.mjs';

const results = join(cache, 'bench');

/** A compiled file of bench/support. */
const program = (name, folder = root) => join(folder, 'dist/bench/support', `${name}.js`);

function benchNames() {
  const files = filesBelow(join(root, 'bench')).map((file) => shown(file));
  return files.filter((file) => /^bench\/[^/]+\.ts$/.test(file)).map((file) => file.slice('bench/'.length, -'.ts'.length));
}

function readParameters(parameters) {
  const wanted = { words: [], node: undefined, cpuProf: false, rest: [] };
  const rest = parameters.filter((parameter) => parameter !== '--');
  while (rest.length > 0) {
    const parameter = rest.shift();
    if (parameter === '--cpu-prof') {
      wanted.cpuProf = true;
    } else if (parameter === '--node') {
      wanted.node = rest.shift() ?? '';
    } else if (parameter === '--quick') {
      wanted.rest.push(parameter);
    } else if (parameter === '--rounds') {
      const rounds = rest.shift() ?? '';
      if (!/^[1-9]\d*$/.test(rounds)) {
        throw new Failure(`--rounds takes a whole number from 1 on; this is "${rounds}".`);
      }
      wanted.rest.push(parameter, rounds);
    } else if (parameter.startsWith('-')) {
      throw new Failure(`Unknown parameter ${parameter}. Known: --rounds, --node, --cpu-prof, --quick.`);
    } else {
      wanted.words.push(parameter);
    }
  }
  return wanted;
}

function checkName(name) {
  const names = benchNames();
  if (!names.includes(name)) {
    throw new Failure(`${name === undefined ? 'A benchmark is missing' : `There is no benchmark ${name}`}. They are: ${names.join(', ')}.`);
  }
}

/** Runs one benchmark in a process of its own, so that none finds what another has left behind. */
async function runBench(name, wanted, node) {
  const folder = join(results, 'profiles', name);
  if (wanted.cpuProf) {
    rmSync(folder, { recursive: true, force: true });
  }
  const profiling = wanted.cpuProf ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  const environment = wanted.cpuProf ? { DSTREAM_BENCH_PROFILES: folder } : {};
  const code = await run(node, ['--expose-gc', ...profiling, program('main'), name, ...wanted.rest], {
    env: { ...process.env, ...environment },
  });
  if (wanted.cpuProf) {
    console.log(`The profiles are in ${shown(folder)}; Chrome's developer tools and VS Code open them.`);
  }
  return code === 0;
}

async function compareCommits([before, after, name], wanted, node) {
  checkName(name);
  try {
    const sides = [];
    for (const commit of [before, after]) {
      const { folder, label } = await prepareCommit(commit);
      sides.push(label, program('main', folder));
    }
    process.exitCode = await run(node, [program('compareCommits'), name, ...sides, ...wanted.rest]);
  } finally {
    removeCommits();
  }
}

main(async () => {
  const wanted = readParameters(process.argv.slice(2));
  const [first = 'list', ...others] = wanted.words;
  if (!['list', 'results', 'all', 'compare'].includes(first)) {
    checkName(first);
  }
  await installDependencies();
  await build();
  const node = await nodeProgram(wanted.node);
  if (first === 'compare') {
    if (wanted.cpuProf || wanted.rest.includes('--quick')) {
      throw new Failure('compare knows --rounds and --node only.');
    }
    await compareCommits(others, wanted, node);
  } else if (first === 'list' || first === 'results') {
    process.exitCode = await run(node, [program('main'), first]);
  } else if (first === 'all') {
    const failed = [];
    for (const name of benchNames()) {
      if (!(await runBench(name, wanted, node))) {
        failed.push(name);
      }
    }
    await run(node, [program('main'), 'results']);
    if (failed.length > 0) {
      throw new Failure(`Not measured, for the reasons above: ${failed.join(', ')}.`);
    }
  } else if (!(await runBench(first, wanted, node))) {
    process.exitCode = 1;
  }
});
