import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../packageRoot';
import type { EditorPage } from './EditorPage';

/**
 * A picture for the documentation: goes to docs/images when DSTREAM_SCREENSHOTS=1 asks for new ones, else to .cache/browser, so that
 * the way to it is tried out all the same.
 */
export async function takePicture(page: EditorPage, name: string): Promise<void> {
  const folder = join(packageRoot, process.env['DSTREAM_SCREENSHOTS'] === '1' ? 'docs/images' : '.cache/browser');
  await mkdir(folder, { recursive: true });
  await page.tidy();
  await page.screenshot(join(folder, `${name}.png`));
}
