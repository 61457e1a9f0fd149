import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Where the browser of the browser suite is: CHROMIUM_PATH, else the first of the usual names in PATH.
 * @throws where there is none, with what to do
 */
export function chromiumPath(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = environment['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH names ${given}, which is not a program. Name the program of a Chromium, or leave the variable out.`);
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    `The browser suite needs Chromium, and there is no ${NAMES.join(', ')} in PATH. ` +
    'Install it (Debian: `apt-get install chromium`), or let CHROMIUM_PATH name one.',
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
