// npm run lint: ESLint, the layers (dependency-cruiser), docs/nodes, and the types, by a strict build. Everything is checked,
// also after a failure, so that one run shows all there is to do.
//
//   npm run lint -- src/operators        only some folders or files (the layers are always checked as a whole)
//   npm run lint -- --built              the build was made just before, and has looked at the types
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, main, root, seconds } from './lib/project.mjs';
import { installDependencies } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { stalePages } from './lib/nodePages.mjs';
import { collect } from './lib/run.mjs';

const modules = join(root, 'node_modules');
const SOURCES = ['src', 'nodes', 'test', 'bench'].filter((folder) => existsSync(join(root, folder)));

/** Runs one check, beside the others; resolves with whether all was well. */
async function check(name, script, parameters) {
  const begun = Date.now();
  const { code, output } = await collect(process.execPath, [join(modules, script), ...parameters]);
  console.log(`${name}: ${code === 0 ? 'all well' : 'failed'} (${seconds(Date.now() - begun)})`);
  if (code !== 0) {
    console.log(output.trim());
  }
  return code === 0;
}

/** Whether docs/nodes says what the help and the dialogs say. */
function checkNodePages() {
  try {
    const stale = stalePages();
    console.log(`docs/nodes: ${stale.length === 0 ? 'all well' : `${stale.join(', ')} out of date; run npm run docs`}`);
    return stale.length === 0;
  } catch (error) {
    console.log(`docs/nodes: failed\n${error.message}`);
    return false;
  }
}

main(async () => {
  const parameters = process.argv.slice(2).filter((parameter) => parameter !== '--');
  const paths = parameters.filter((parameter) => parameter !== '--built');
  await installDependencies();
  const eslintPaths = paths.length > 0 ? paths : [...SOURCES, 'scripts', 'eslint.config.mjs', '.dependency-cruiser.cjs'];
  const editors = ['nodes/tsconfig.editor.json'].filter((file) => existsSync(join(root, file)));
  const results = await Promise.all([
    check('ESLint', 'eslint/bin/eslint.js', [
      ...['--config', join(root, 'eslint.config.mjs'), '--max-warnings', '0', '--no-error-on-unmatched-pattern', ...eslintPaths],
    ]),
    check('Layers', 'dependency-cruiser/bin/dependency-cruise.mjs', [
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...SOURCES],
    ]),
    ...editors.map((project) =>
      check(`Editor types (${project})`, 'typescript/bin/tsc', ['-p', project, '--noEmit', '--pretty', 'false']),
    ),
    checkNodePages(),
  ]);
  if (!parameters.includes('--built')) {
    try {
      // Types, and whether each node has all its files.
      await build({ strict: true });
    } catch (error) {
      console.log(error instanceof Failure ? error.message : error);
      results.push(false);
    }
  }
  if (results.includes(false)) {
    throw new Failure('Lint failed.');
  }
});
