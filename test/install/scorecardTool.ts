import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../support/packageRoot';
import { type Installation, npm, readJson, temporaryFolder } from './Installation';

const run = promisify(execFile);

/** The tool that the Flow Library runs, and its version. */
const TOOL = 'node-red-dev';
const VERSION = '0.1.6';

/** Old packages that nobody wants among those of this project: in a folder of their own, which is kept. */
const folder = join(packageRoot, '.cache', TOOL);

/** One check of a scorecard. */
export interface Check {
  readonly test: boolean;
  readonly [detail: string]: unknown;
}

/** What the tool found out. */
export interface Scorecard {
  /** By the ids of the checks: `P01` and so on. */
  readonly checks: Readonly<Record<string, Check>>;
  /** What it would have asked of the network. */
  readonly asked: readonly string[];
  /** What it said. */
  readonly said: string;
}

/** Installs the tool, unless that has been done. None of its packages may run anything as it is installed. */
async function install(): Promise<void> {
  const present = await readJson(join(folder, 'node_modules', TOOL, 'package.json')).catch(() => ({})) as { readonly version?: string };
  if (present.version === VERSION) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefer-offline', '--loglevel=error', `${TOOL}@${VERSION}`],
    folder,
  );
}

/** Has the tool look at the package as it was packed. It reaches no network: see scorecard/offline.cjs. */
export async function scorecardOf(files: Installation): Promise<Scorecard> {
  await install();
  const place = await temporaryFolder();
  const [output, asked] = [join(place, 'scorecard.json'), join(place, 'asked.txt')];
  const offline = join(packageRoot, 'test/install/scorecard/offline.cjs');
  const env = { ...process.env, DSTREAM_SCORECARD_USER: files.folder, DSTREAM_SCORECARD_ASKED: asked, HOME: place, XDG_CONFIG_HOME: place };
  const parameters = ['--require', offline, join(folder, 'node_modules', TOOL, 'bin/run'), 'validate', '--path', files.package, '--output', output];
  const { stdout, stderr } = await run(process.execPath, parameters, { cwd: files.package, env, timeout: 60_000 });
  const { package: _about, ...checks } = await readJson(output) as Record<string, Check>;
  return { checks, asked: (await readFile(asked, 'utf8')).trim().split('\n'), said: stdout + stderr };
}
