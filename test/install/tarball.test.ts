import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../support/packageRoot';
import { filesBelow, installation, type Installation, readJson } from './Installation';

const run = promisify(execFile);

/** Everything that may be in the tarball. What is not on this list is there by mistake. */
const ALLOWED: readonly RegExp[] = [
  /^(CHANGELOG\.md|LICENSE|README\.md|SECURITY\.md|package\.json)$/,
  /^dist\/src\/(\w+\/)*\w+\.(js|d\.ts)$/,
  /^dist\/nodes\/(\w+)\/\1\.(js|d\.ts|html)$/,
  /^dist\/nodes\/shared\/\w+\.(js|d\.ts)$/,
  /^dist\/nodes\/(\w+)\/locales\/[a-z]{2}(-[A-Z]{2})?\/\1\.(json|html)$/,
  /^dist\/nodes\/(\w+)\/icons\/dstream-\1\.svg$/,
  /^examples\/(\d\d - [\w -]+\/)?[\w -]+\.json$/,
  /^icons\/dstream-\w+\.svg$/,
  /^resources\/(\w+|preview-worker)\.js$/,
];

/** Names that Windows keeps for devices, whatever their extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Characters of a path in the package, so that it fits below a user directory into the 260 that Windows has by default. */
const LONGEST_PATH = 130;

/** The program that README.md shows. */
async function readmeProgram(files: Installation): Promise<string> {
  const block = /```ts\n([\s\S]*?)```/.exec(await files.read('README.md'))?.[1];
  expect(block, 'README.md shows a TypeScript program').to.be.a('string');
  return `${block ?? ''}\nprocess.stdout.write(JSON.stringify(out));\n`;
}

describe('the tarball', () => {
  let files: Installation;

  before(async () => {
    files = await installation();
  });

  it('holds nothing but what a user needs: no tests, no sources, no maps', () => {
    expect(files.packed.filter((path) => !ALLOWED.some((pattern) => pattern.test(path)))).to.deep.equal([]);
    expect(files.packed.filter((path) => /(^|\/)(test|bench|coverage|node_modules)(\/|$)|\.map$|(?<!\.d)\.ts$|\.tsbuildinfo$/.test(path))).to.deep.equal([]);
  });

  it('is installed as it was packed', async () => {
    expect(await filesBelow(files.package)).to.deep.equal([...files.packed].sort());
  });

  it('holds page, texts and code of the Streaming sidebar, and the worker of the previews', () => {
    const folder = 'dist/nodes/sidebar';
    const parts = [`${folder}/sidebar.html`, `${folder}/locales/en-US/sidebar.json`, 'resources/sidebar.js', 'resources/preview-worker.js'];
    expect(parts.filter((path) => !files.packed.includes(path))).to.deep.equal([]);
  });

  it('holds code, page, texts, help, icon, example and editor code of every set', async () => {
    const sets = Object.entries((await files.manifest())['node-red']?.nodes ?? {});
    expect(sets).to.have.length(11);
    for (const [set, code] of sets) {
      const folder = `dist/nodes/${set}`;
      const parts = [
        `${folder}/${set}.js`, `${folder}/${set}.html`, `${folder}/locales/en-US/${set}.json`, `${folder}/locales/en-US/${set}.html`,
        `${folder}/icons/dstream-${set}.svg`, `resources/${set}.js`,
        ...(set === 'engine' ? [] : [`examples/02 - One node at a time/${set}.json`]),
      ];
      expect(code).to.equal(parts[0]);
      expect(parts.filter((path) => !files.packed.includes(path)), set).to.deep.equal([]);
      expect(await files.read(`${folder}/locales/en-US/${set}.html`)).to.include(`data-help-name="dstream-${set}"`);
    }
  });

  it('holds the texts and the help of every set in every language', async () => {
    const texts = (await filesBelow(join(packageRoot, 'nodes'))).filter((path) => path.includes('/locales/'));
    expect(new Set(texts.map((path) => path.split('/')[2]))).to.deep.equal(new Set(['de', 'en-US', 'ja', 'zh-CN']));
    expect(texts.filter((path) => !files.packed.includes(`dist/nodes/${path}`))).to.deep.equal([]);
    for (const path of texts) {
      expect(await files.read(`dist/nodes/${path}`), path).to.equal(await readFile(join(packageRoot, 'nodes', path), 'utf8'));
    }
  });

  it('has paths that every file system takes', () => {
    for (const path of files.packed) {
      expect(path.length, path).to.be.at.most(LONGEST_PATH);
      for (const part of path.split('/')) {
        expect(part, path).to.match(/^[^<>:"|?*\\]*[^<>:"|?*\\. ]$/).and.not.match(RESERVED);
        expect([...part].every((character) => character >= ' ' && character <= '~'), path).to.equal(true);
      }
    }
    const folded = files.packed.map((path) => path.toLowerCase());
    expect(new Set(folded).size, 'no two paths differ in case alone').to.equal(folded.length);
  });

  it('names no folder of the machine that built it', async () => {
    const own = [packageRoot, files.folder, homedir()].filter((folder) => folder.length > 1);
    // Short ones, such as /root, may be words of an address as well.
    const naming: string[] = [];
    for (const path of files.packed) {
      const text = await files.read(path);
      if (own.some((folder) => text.includes(`${folder}/`) || text.includes(`${folder}\\`))) naming.push(path);
    }
    expect(naming).to.deep.equal([]);
  });

  it('has a streaming face that stands on its own: README.md\'s program compiles strictly, without skipping libraries, and runs', async () => {
    expect(files.packed).to.include('dist/src/streaming.d.ts');
    const copy = await files.copy('program');
    await writeFile(join(copy.folder, 'program.mts'), await readmeProgram(files));
    // The only thing of Node.js that the line we have added asks for.
    await writeFile(join(copy.folder, 'print.d.ts'), 'declare const process: { stdout: { write(text: string): void } };\n');
    const compilerOptions = {
      target: 'es2022', lib: ['es2023'], types: [], strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
    };
    const settings = {
      nodenext: { compilerOptions: { ...compilerOptions, module: 'nodenext', moduleResolution: 'nodenext' }, files: ['program.mts', 'print.d.ts'] },
      bundler: { compilerOptions: { ...compilerOptions, module: 'esnext', moduleResolution: 'bundler', noEmit: true }, files: ['program.mts', 'print.d.ts'] },
    };
    for (const [name, content] of Object.entries(settings)) {
      const path = join(copy.folder, `tsconfig.${name}.json`);
      await writeFile(path, JSON.stringify(content));
      const compiled = await run(process.execPath, [join(packageRoot, 'node_modules/typescript/bin/tsc'), '-p', path]).catch(
        (error: unknown) => error as { readonly stdout: string },
      );
      expect(compiled.stdout, name).to.equal('');
    }
    const { stdout } = await run(process.execPath, [join(copy.folder, 'program.mjs')], { cwd: copy.folder });
    const batches = (JSON.parse(stdout) as [number, [number, number][]][]).map(([time, pairs]) => [time, Object.fromEntries(pairs)]);
    // Sums of odd (1) and even (0) numbers in (time - 3000, time]: [1, 2], [3], [], [4].
    expect(batches).to.deep.equal([
      [1000, { 0: 2, 1: 1 }],
      [2000, { 0: 2, 1: 4 }],
      [3000, { 0: 2, 1: 4 }],
      [4000, { 0: 4, 1: 3 }],
    ]);
  });
});

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** The packages of a lock file that are installed with the package: path, and what npm noted. */
async function production(path: string): Promise<[string, Locked][]> {
  const { packages } = await readJson(path) as { readonly packages: Readonly<Record<string, Locked>> };
  return Object.entries(packages).filter(([name, { dev }]) => name !== '' && dev !== true);
}

describe('the dependencies', () => {
  let files: Installation;

  before(async () => {
    files = await installation();
  });

  it('are at most six, all by caret range of a registry', async () => {
    const { dependencies = {}, optionalDependencies = {} } = await files.manifest();
    expect(Object.keys(dependencies)).to.have.length.within(1, 6);
    expect(Object.values(dependencies).filter((range) => !/^\^\d+\.\d+\.\d+$/.test(range))).to.deep.equal([]);
    expect(optionalDependencies).to.deep.equal({});
  });

  it('come from a registry alone, each with its checksum, and none runs a script when it is installed', async () => {
    const locked = await production(join(packageRoot, 'package-lock.json'));
    expect(locked).to.have.length.above(0);
    for (const [name, { resolved, integrity, link, hasInstallScript }] of locked) {
      expect(hasInstallScript, name).to.equal(undefined);
      expect(link, name).to.equal(undefined);
      expect(integrity, name).to.match(/^sha512-/);
      // The project's .npmrc leaves a registry's addresses out: what has one came from somewhere else.
      expect(resolved, name).to.equal(undefined);
    }
    const installed = await production(join(files.folder, 'package-lock.json'));
    for (const [name, { resolved, hasInstallScript }] of installed) {
      expect(hasInstallScript, name).to.equal(undefined);
      expect(resolved ?? '', name).not.to.match(/^(git|ssh|github)/);
    }
  });

  it('hold no native code and no script for an installation', async () => {
    const all = await filesBelow(join(files.folder, 'node_modules'));
    expect(all.filter((path) => path.endsWith('.node') || basename(path) === 'binding.gyp')).to.deep.equal([]);
    const manifests = all.filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(path));
    expect(manifests.length).to.be.above(5);
    for (const path of manifests) {
      const { scripts = {} } = await readJson(join(files.folder, 'node_modules', path)) as { readonly scripts?: Readonly<Record<string, string>> };
      // `prepare` runs for git dependencies and in a clone only.
      expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name)), path).to.deep.equal([]);
    }
  });
});
