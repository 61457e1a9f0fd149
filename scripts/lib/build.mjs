// The build: TypeScript to dist/, then everything that is not TypeScript to where Node-RED looks for it.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Failure, cache, changedAt, counted, filesBelow, foldersIn, readPackage, root, seconds, shown } from './project.mjs';
import { collect } from './run.mjs';

const dist = join(root, 'dist');
const resources = join(root, 'resources');
const buildInfo = join(cache, 'tsconfig.tsbuildinfo');
const stamp = join(cache, 'build.stamp');

/** The folders with TypeScript sources, as in tsconfig.json. */
const PALETTE = ['src', 'nodes'];
const SOURCES = [...PALETTE, 'test', 'bench'];

/** What tsc makes of one source file. */
const COMPILED = ['.js', '.js.map', '.d.ts'];

/** Browser code: bundled into resources/, not compiled into dist/. As in tsconfig.json's `exclude`. */
function isEditorSource(path) {
  const name = shown(path);
  return /^nodes\/[^/]+\/editor(\.ts$|\/)/.test(name);
}

function isSource(path) {
  return path.endsWith('.ts') && !path.endsWith('.d.ts') && !shown(path).includes('/node_modules/');
}

/** The folders of nodes/ that hold a palette node, a config node or a plugin. */
function nodeNames() {
  return foldersIn(join(root, 'nodes')).filter((name) => name !== 'shared');
}

/** From each file that is copied as it is to its places in dist/. */
function copies() {
  const pairs = [];
  for (const name of nodeNames()) {
    const from = join(root, 'nodes', name);
    const to = join(dist, 'nodes', name);
    if (existsSync(join(from, `${name}.html`))) {
      pairs.push([join(from, `${name}.html`), join(to, `${name}.html`)]);
    }
    for (const file of filesBelow(join(from, 'locales'))) {
      pairs.push([file, join(to, relative(from, file))]);
    }
    // Node-RED looks for icons beside the node's .js, the package keeps them together.
    const icon = `dstream-${name}.svg`;
    if (existsSync(join(root, 'icons', icon))) {
      pairs.push([join(root, 'icons', icon), join(to, 'icons', icon)]);
    }
  }
  return pairs;
}

function outputsOf(source) {
  return COMPILED.map((extension) => join(dist, shown(source).replace(/\.ts$/, extension)));
}

/** The sources in a folder that are compiled into dist/ in any case. */
function sourcesOf(folder) {
  return filesBelow(join(root, folder)).filter((file) => isSource(file) && !isEditorSource(file));
}

/** Every file that the build makes in dist/ out of one folder's TypeScript. */
function compiledFilesOf(folder) {
  return sourcesOf(folder).flatMap(outputsOf);
}

/** What the compiler makes of browser code too, where a test imports it. */
function editorFiles() {
  return filesBelow(join(root, 'nodes')).filter((file) => isSource(file) && isEditorSource(file)).flatMap(outputsOf);
}

/** Compiles; resolves with what the compiler complains about, or an empty string. */
async function compile(expected) {
  // tsc does not notice that its output was deleted: without its notes it makes everything anew.
  if (expected.some((file) => !existsSync(file))) {
    rmSync(buildInfo, { force: true });
  }
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const parameters = [compiler, '-p', root, '--incremental', '--tsBuildInfoFile', buildInfo, '--pretty', 'false'];
  const { code, output } = await collect(process.execPath, parameters);
  return code === 0 ? '' : output.trim() || `the compiler ended with exit code ${code}`;
}

/** The licences of the packages that a bundle has taken in, which must go where their code goes, as a comment. */
function licencesOf({ inputs }) {
  const packages = Object.keys(inputs).map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(packages.filter((name) => name !== undefined))]
    .map((name) => `/*! ${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim()}\n*/\n`)
    .join('');
}

/** Bundles the browser code of every node that has some. Resolves with the files made. */
async function bundleEditors() {
  const made = [];
  for (const name of nodeNames()) {
    const entry = join(root, 'nodes', name, 'editor.ts');
    if (existsSync(entry)) {
      const { build } = await import('esbuild');
      const outfile = join(resources, `${name}.js`);
      const options = { outfile, bundle: true, format: 'iife', minify: true, target: 'es2020', logLevel: 'error', metafile: true };
      // Style sheets are texts, which the code puts into the page.
      const { metafile } = await build({ ...options, entryPoints: [entry], loader: { '.css': 'text' } });
      appendFileSync(outfile, licencesOf(metafile));
      made.push(outfile);
    }
  }
  return [...made, await bundlePreviewWorker()];
}

/** What runs user code in the preview of a dialog: the code of src/expressions, with the browser's own way to compile. */
async function bundlePreviewWorker() {
  const { build } = await import('esbuild');
  const outfile = join(resources, 'preview-worker.js');
  const folder = join(root, 'nodes/shared/editor/preview');
  const alias = { 'node:vm': join(folder, 'browserVm.ts') };
  // What is proven of bytes is proven of those that a browser has.
  const define = { Buffer: 'Uint8Array' };
  const options = { outfile, bundle: true, format: 'iife', minify: true, target: 'es2022', logLevel: 'error' };
  await build({ ...options, entryPoints: [join(folder, 'worker.ts')], alias, define });
  return outfile;
}

function copy(pairs) {
  for (const [from, to] of pairs) {
    const content = readFileSync(from);
    if (!existsSync(to) || !readFileSync(to).equals(content)) {
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, content);
    }
  }
}

/** Removes what an earlier build made and this one did not, and the folders that are empty then. */
function removeStale(folder, wanted) {
  const keep = new Set(wanted);
  let removed = 0;
  for (const file of filesBelow(folder)) {
    if (!keep.has(file)) {
      rmSync(file);
      removed++;
      let parent = dirname(file);
      while (parent !== folder && filesBelow(parent).length === 0 && foldersIn(parent).length === 0) {
        rmdirSync(parent);
        parent = dirname(parent);
      }
    }
  }
  return removed;
}

/** The languages that any set has texts in, which every other set must have too. */
function languages() {
  return new Set(['en-US', ...nodeNames().flatMap((name) => foldersIn(join(root, 'nodes', name, 'locales')))]);
}

/** What each set of package.json's `node-red` part lacks, one sentence each. */
export function missingParts() {
  const missing = [];
  const { nodes = {}, plugins = {} } = readPackage()['node-red'];
  for (const [set, file] of Object.entries({ ...nodes, ...plugins })) {
    const lacks = (what) => missing.push(`${set}: ${what} is missing`);
    const folder = join(root, dirname(file));
    const base = basename(file, '.js');
    const html = join(folder, `${base}.html`);
    const isPlugin = set in plugins;
    if (!existsSync(join(root, file)) && !isPlugin) {
      lacks(file);
    }
    if (!existsSync(html)) {
      lacks(shown(html));
      continue;
    }
    const helpFile = join(folder, 'locales/en-US', `${base}.html`);
    const texts = [`${base}.json`, ...(existsSync(helpFile) ? [`${base}.html`] : [])];
    for (const language of languages()) {
      const paths = texts.map((name) => join(folder, 'locales', language, name));
      paths.filter((path) => !existsSync(path)).forEach((path) => lacks(shown(path)));
    }
    const page = readFileSync(html, 'utf8');
    const types = [...page.matchAll(/RED\.nodes\.registerType\(\s*['"]([^'"]+)['"]/g)].map(([, type]) => type);
    if (types.length === 0 && !isPlugin) {
      lacks('RED.nodes.registerType with a literal type');
    }
    const help = page + (existsSync(helpFile) ? readFileSync(helpFile, 'utf8') : '');
    for (const type of types) {
      if (!new RegExp(`data-help-name=["']${type}["']`).test(help)) {
        lacks(`the help of ${type} (data-help-name, in the html or in ${shown(helpFile)})`);
      }
    }
    // A config node is never drawn, so it needs no icon of its own.
    const icons = [...page.matchAll(/\bicon:\s*['"]([^'"]+)['"]/g)].map(([, icon]) => icon);
    const isDrawn = types.length > 0 && !/category:\s*['"]config['"]/.test(page);
    if (isDrawn && icons.length === 0) {
      lacks('an icon');
    }
    for (const icon of icons.filter((name) => !name.startsWith('font-awesome/'))) {
      if (!existsSync(join(folder, 'icons', icon))) {
        lacks(shown(join(folder, 'icons', icon)));
      }
    }
  }
  return missing;
}

/** The newest change of anything that the build reads: ms since the epoch. */
function newestSource(folders) {
  const files = [...folders, 'icons'].flatMap((folder) => filesBelow(join(root, folder)));
  const own = [join(root, 'tsconfig.json'), join(root, 'package.json'), join(root, 'scripts/lib/build.mjs')];
  return Math.max(...[...files, ...own].map(changedAt));
}

function writeStamp(time) {
  writeFileSync(stamp, '');
  // A source that was changed while the build ran counts as changed after it.
  utimesSync(stamp, time / 1000, time / 1000);
}

/** Whether the palette (not its tests) has stayed as it was since the last build. */
export function isPaletteBuilt() {
  const compiled = PALETTE.flatMap(compiledFilesOf).filter((file) => file.endsWith('.js'));
  return changedAt(stamp) > newestSource(PALETTE) && [...compiled, ...copies().map(([, to]) => to)].every((file) => existsSync(file));
}

/**
 * Makes just what Node-RED needs to run the palette, in well under a second, without looking at types.
 * tsconfig.json's `isolatedModules` makes sure that this is possible.
 */
export async function buildPaletteQuickly() {
  const begun = Date.now();
  const esbuild = await import('esbuild');
  // What is made here is not what tsc has made: its next run must make everything anew.
  mkdirSync(cache, { recursive: true });
  rmSync(buildInfo, { force: true });
  await esbuild.build({
    entryPoints: PALETTE.flatMap(sourcesOf),
    outbase: root,
    outdir: dist,
    format: 'cjs',
    platform: 'node',
    sourcemap: true,
    logLevel: 'error',
  });
  copy(copies());
  await bundleEditors();
  writeStamp(begun);
}

/**
 * Builds everything.
 * Order matters: the compiler first, because removing stale output must know that the output is complete; then the copies
 * and bundles; the check of `strict` last, because it looks at what an installed package would hold.
 * @param options.strict fail when a set of package.json's `node-red` part lacks a file
 */
export async function build({ strict = false } = {}) {
  const begun = Date.now();
  mkdirSync(cache, { recursive: true });
  rmSync(stamp, { force: true });
  const compiled = SOURCES.flatMap(compiledFilesOf);
  const complaints = await compile(compiled);
  const pairs = copies();
  copy(pairs);
  const bundles = await bundleEditors();
  const removed = removeStale(dist, [...compiled, ...editorFiles(), ...pairs.map(([, to]) => to)]) + removeStale(resources, bundles);
  if (complaints !== '') {
    throw new Failure(`${complaints}\nThe build failed: see the compiler's messages above.`);
  }
  const missing = missingParts();
  if (strict && missing.length > 0) {
    throw new Failure(`The build is not complete:\n  ${missing.join('\n  ')}`);
  }
  writeStamp(begun);
  const parts = [
    counted(compiled.length / COMPILED.length, 'source file'),
    counted(pairs.length, 'copied file'),
    counted(bundles.length, 'bundle'),
    ...(removed > 0 ? [`${counted(removed, 'stale file')} removed`] : []),
  ];
  console.log(`Built ${parts.join(', ')} in ${seconds(Date.now() - begun)}.`);
  for (const line of missing) {
    console.log(`  not yet there: ${line}`);
  }
}
