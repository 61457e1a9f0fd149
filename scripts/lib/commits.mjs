// Old commits, ready to be measured.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, cache, filesBelow, root } from './project.mjs';
import { collect, need } from './run.mjs';

/** Stands for the files as they are, where a commit is expected. */
const PRESENT = '.';

/**
 * What measures (benchmarks use parts of the tests), rather than what is measured: both sides get it from the present files, so that
 * both are measured alike.
 */
const MEASURING = ['bench', 'test'];

/** The full name of a commit. */
async function resolve(commit) {
  const { code, output } = await collect('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`]);
  if (code !== 0) {
    throw new Failure(`There is no commit ${commit}. Possible: what git calls a commit, or . for the files as they are.`);
  }
  return output.trim();
}

/**
 * Gives a commit its dependencies: this project's own where it locks the same ones, else an installation of its own. Never both: npm
 * would empty the folder that the link leads to.
 */
async function provideModules(folder, install) {
  const lockOf = (project) => readFileSync(join(project, 'package-lock.json'));
  if (lockOf(folder).equals(lockOf(root))) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  } else {
    await install();
  }
}

/** Compiles what measures, without looking at types: an old commit may lack some that it names. */
async function compileMeasuring(folder) {
  const { build } = await import('esbuild');
  const entryPoints = MEASURING.flatMap((name) => filesBelow(join(folder, name))).filter((file) => file.endsWith('.ts'));
  await build({ entryPoints, outbase: folder, outdir: join(folder, 'dist'), format: 'cjs', platform: 'node', sourcemap: true, logLevel: 'error' });
}

/**
 * Puts a commit's files into a folder below .cache/bench and builds them. git's own files stay as they are: nothing is checked out.
 * @param commit as git takes it; `.` for the files as they are, which the caller has built
 * @returns the folder, and what the commit is called in tables
 */
export async function prepareCommit(commit) {
  if (commit === PRESENT) {
    return { folder: root, label: 'present files' };
  }
  const name = (await resolve(commit)).slice(0, 10);
  const folder = join(cache, 'bench/commits', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const archive = `${folder}.tar`;
  await need(`Reading ${name}`, 'git', ['archive', '--format=tar', `--output=${archive}`, name]);
  await need(`Unpacking ${name}`, 'tar', ['-xf', archive, '-C', folder]);
  rmSync(archive);
  for (const measuring of MEASURING) {
    rmSync(join(folder, measuring), { recursive: true, force: true });
    cpSync(join(root, measuring), join(folder, measuring), { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  }
  const own = (file) => import(pathToFileURL(join(folder, 'scripts/lib', file)).href);
  if (!existsSync(join(folder, 'scripts/lib/install.mjs'))) {
    throw new Failure(`${name} is too old: it has no build that this script knows.`);
  }
  await provideModules(folder, (await own('install.mjs')).installDependencies);
  await (await own('build.mjs')).buildPaletteQuickly();
  await compileMeasuring(folder);
  return { folder, label: commit === name || name.startsWith(commit) ? commit : `${commit} (${name})` };
}

/** Removes what `prepareCommit` made. */
export function removeCommits() {
  rmSync(join(cache, 'bench/commits'), { recursive: true, force: true });
}
