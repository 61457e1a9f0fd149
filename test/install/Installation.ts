import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { packageRoot } from '../support/packageRoot';

/** How long npm may take: ms. */
const LONGEST_NPM = 150_000;

/** What the palette manager passes to npm; `--prefer-offline` spares the registry what npm has at hand. */
const INSTALL = ['install', '--no-audit', '--no-fund', '--omit=dev', '--engine-strict', '--ignore-scripts', '--prefer-offline', '--loglevel=error'];

export const PACKAGE = '@dstream/node-red-dstream';

/** What of a package.json the tests read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly keywords?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly 'node-red'?: { readonly version?: string; readonly nodes?: Readonly<Record<string, string>> };
}

/** The package as a user gets it: packed, and installed by npm into a user directory that was empty. */
export class Installation {
  /** The user directory. */
  readonly folder: string;
  /** The paths inside the tarball, with forward slashes. */
  readonly packed: readonly string[];

  constructor(folder: string, packed: readonly string[]) {
    this.folder = folder;
    this.packed = packed;
  }

  /** Where npm has put the package. */
  get package(): string {
    return join(this.folder, 'node_modules', PACKAGE);
  }

  async manifest(): Promise<Manifest> {
    return await readJson(join(this.package, 'package.json')) as Manifest;
  }

  /** The text of a file of the installed package. */
  read(path: string): Promise<string> {
    return readFile(join(this.package, path), 'utf8');
  }

  /** The same user directory once more, at a place with this name. */
  async copy(name: string): Promise<Installation> {
    const folder = join(await temporaryFolder(), name);
    await cp(this.folder, folder, { recursive: true });
    return new Installation(folder, this.packed);
  }
}

/** The folders that are removed when the tests' process ends. */
const temporary: string[] = [];
process.once('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, removed at the end of all tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dstream-install-'));
  temporary.push(folder);
  return folder;
}

let only: Promise<Installation> | undefined;

/** Packs what the last build made, and installs it; once for all tests. Nobody may write into it or start a Node-RED on it. */
export function installation(): Promise<Installation> {
  only ??= install();
  return only;
}

async function install(): Promise<Installation> {
  const folder = await temporaryFolder();
  const answer = await npm(['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder], packageRoot);
  const [tarball] = JSON.parse(answer) as [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }];
  // As Node-RED makes it when it starts in an empty user directory.
  const user = join(folder, 'user');
  await mkdir(user);
  const project = { name: 'node-red-project', description: 'A Node-RED Project', version: '0.0.1', private: true };
  await writeFile(join(user, 'package.json'), JSON.stringify(project));
  await npm([...INSTALL, '--prefix', user, join(folder, tarball.filename)], user);
  return new Installation(user, tarball.files.map(({ path }) => path));
}

/** Runs npm on the Node.js that runs the tests; resolves with what it prints. */
export function npm(parameters: readonly string[], cwd: string): Promise<string> {
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const options = { cwd, env: { ...process.env, PATH: path }, timeout: LONGEST_NPM, maxBuffer: 32 * 1024 * 1024, shell: process.platform === 'win32' };
  return new Promise((resolve, reject) => {
    execFile('npm', parameters, options, (error, output, complaints) => {
      if (error === null) {
        resolve(output);
      } else {
        reject(new Error(`npm ${parameters[0] ?? ''} failed: ${complaints || error.message}`, { cause: error }));
      }
    });
  });
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown;
}

/** All files below a folder, relative to it, with forward slashes. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
