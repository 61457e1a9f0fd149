import { join } from 'node:path';
import { expect } from 'chai';
import * as ts from 'typescript';
import { packageRoot } from '../support/packageRoot';
import { installation, type Installation, type Manifest, PACKAGE, readJson } from './Installation';

/** What the Flow Library asks of a package, as assertions of our own that need no network. */

/** The lowest Node.js that the latest Node-RED runs on. */
const NODE_OF_LATEST_NODE_RED = '22.9.0';

/** Negative, zero or positive as the first version is lower, equal or higher. */
function compare(first: string, second: string): number {
  const [numbers, others] = [first, second].map((version) => version.split('.').map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (numbers?.[at] ?? 0) - (others?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The version that a range begins with. @throws where the range is of any other kind than `>=1.2.3` */
function lowest(range: string | undefined): string {
  const version = /^>=(\d+(?:\.\d+){0,2})$/.exec(range ?? '')?.[1];
  if (version === undefined) throw new Error(`${String(range)} is not a range that begins with >= and has no end.`);
  return version;
}

/** The scripts of a page that a browser would run, as the Flow Library finds them. */
function pageScripts(page: string): string[] {
  return [...page.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].map(([, content]) => content ?? '');
}

interface Registration {
  readonly type: string;
  readonly definition: ts.ObjectLiteralExpression;
}

function registrations(script: string): Registration[] {
  const file = ts.createSourceFile('page.js', script, ts.ScriptTarget.ES2020, true, ts.ScriptKind.JS);
  const found: Registration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'RED.nodes.registerType') {
      const [type, definition] = node.arguments;
      if (type === undefined || !ts.isStringLiteral(type)) throw new Error('The type is not a literal.');
      if (definition === undefined || !ts.isObjectLiteralExpression(definition)) throw new Error(`${type.text}: the definition is not a literal.`);
      found.push({ type: type.text, definition });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The initial value of a property; undefined where there is none. @throws where the object has a spread */
function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  if (object.properties.some((each) => ts.isSpreadAssignment(each))) throw new Error('The definition has a spread, which drops the whole page.');
  const found = object.properties.find((each) => each.name?.getText() === name);
  return found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

describe('the Flow Library\'s scorecard', () => {
  let files: Installation;
  let manifest: Manifest;
  let pages: Map<string, string>;
  let types: Map<string, ts.ObjectLiteralExpression>;

  before(async () => {
    files = await installation();
    manifest = await files.manifest();
    pages = new Map();
    for (const code of Object.values(manifest['node-red']?.nodes ?? {})) {
      const page = code.replace(/\.js$/, '.html');
      pages.set(page, await files.read(page));
    }
    types = new Map();
    for (const page of pages.values()) {
      for (const { type, definition } of pageScripts(page).flatMap(registrations)) types.set(type, definition);
    }
  });

  it('P01: a license by its SPDX name', () => {
    expect(manifest.license).to.equal('Apache-2.0');
  });

  it('P02: the name is that of the repository\'s package.json', async () => {
    const { name } = await readJson(join(packageRoot, 'package.json')) as Manifest;
    expect(manifest.name).to.equal(name).and.to.equal(PACKAGE);
  });

  it('P03: a repository, and a place for bugs', () => {
    expect(manifest.repository).to.be.an('object');
    expect(manifest.bugs).to.be.an('object');
  });

  it('P04: a scoped name', () => {
    expect(manifest.name).to.match(/^@[a-z0-9-]+\/[a-z0-9-]+$/);
  });

  it('P05: the keyword node-red', () => {
    expect(manifest.keywords).to.include('node-red');
  });

  it('P06: a range of Node-RED with the latest and the maintained version', async () => {
    const least = lowest(manifest['node-red']?.version);
    // The two that the tests run with; only one of them need be installed.
    for (const folder of ['.', 'test/node-red-5']) {
      const { dependencies, devDependencies } = (await readJson(join(packageRoot, folder, 'package.json'))) as Manifest;
      const version = ({ ...dependencies, ...devDependencies }['node-red'] ?? '').replace('^', '');
      expect(compare(version, least), `${version} of ${least} or later`).to.be.at.least(0);
    }
  });

  it('P07: a range of Node.js with the lowest one of the latest Node-RED', () => {
    expect(compare(NODE_OF_LATEST_NODE_RED, lowest(manifest.engines?.['node']))).to.be.at.least(0);
  });

  it('P08: a name of its own, also without its scope', () => {
    // Whether another package has it only the catalogue knows; a name with the scope's word in it is hardly anybody else's.
    expect(manifest.name.split('/')[1]).to.equal('node-red-dstream');
  });

  it('N01: types of its own: each begins with dstream-', () => {
    expect([...types.keys()].sort()).to.deep.equal(
      ['batcher', 'checkpoint', 'engine', 'join', 'map', 'receiver', 'reduceByKey', 'sink', 'state', 'statistics', 'window'].map((name) => `dstream-${name}`),
    );
  });

  it('N02: every type but config nodes is in an example', async () => {
    const used = new Set<string>();
    for (const path of files.packed.filter((each) => /^examples\/.*\.json$/.test(each))) {
      for (const { type } of JSON.parse(await files.read(path)) as { readonly type: string }[]) used.add(type);
    }
    const drawn = [...types].filter(([, definition]) => property(definition, 'category')?.getText() !== '\'config\'').map(([type]) => type);
    expect(drawn).to.have.length(10);
    expect(drawn.filter((type) => !used.has(type))).to.deep.equal([]);
  });

  it('D01: at most six dependencies', () => {
    expect(Object.keys(manifest.dependencies ?? {})).to.have.length.at.most(6);
  });

  it('D02: no package that is known to be bad, anywhere in the tree', async () => {
    const { packages } = await readJson(join(files.folder, 'package-lock.json')) as { readonly packages: Readonly<Record<string, { readonly version?: string }>> };
    const bad = Object.entries(packages).filter(([name, { version }]) => name.endsWith('node_modules/agent-base') && compare(version ?? '0', '6.0.0') < 0);
    expect(bad).to.deep.equal([]);
  });

  it('D03: caret ranges that the installed versions are in, so that updates come by themselves', async () => {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      const { version } = await readJson(join(files.folder, 'node_modules', name, 'package.json')) as Manifest;
      const least = /^\^(\d+\.\d+\.\d+)$/.exec(range)?.[1] ?? '';
      expect(least, name).not.to.equal('');
      expect(version.split('.')[0], name).to.equal(least.split('.')[0]);
      expect(compare(version, least), name).to.be.at.least(0);
    }
  });

  it('every page can be read without running it: one script each, a literal type, a definition of literals', () => {
    for (const [path, page] of pages) {
      const [script, ...more] = pageScripts(page);
      expect(more, path).to.deep.equal([]);
      const { diagnostics = [] } = ts.transpileModule(script ?? '', { reportDiagnostics: true, fileName: 'page.js', compilerOptions: { allowJs: true } });
      expect(diagnostics.map(({ messageText }) => messageText), path).to.deep.equal([]);
      const [registration] = registrations(script ?? '');
      expect(registration, path).not.to.equal(undefined);
      const definition = registration?.definition;
      if (definition === undefined) continue;
      for (const name of ['category', 'color', 'icon']) expect(property(definition, name)?.kind, `${path}: ${name}`).to.equal(ts.SyntaxKind.StringLiteral);
      expect(property(definition, 'defaults')?.kind, `${path}: defaults`).to.equal(ts.SyntaxKind.ObjectLiteralExpression);
      if (property(definition, 'category')?.getText() !== '\'config\'') {
        for (const name of ['inputs', 'outputs']) expect(property(definition, name)?.kind, `${path}: ${name}`).to.equal(ts.SyntaxKind.NumericLiteral);
      }
    }
  });
});
