import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { chromiumPath } from './chromiumPath';

let shared: Promise<Browser> | undefined;

/** The browser of all suites, for to start one takes longer than to load the editor; one that has crashed is replaced. */
export async function sharedBrowser(): Promise<Browser> {
  shared ??= launch();
  const browser = await shared;
  if (browser.isConnected()) return browser;
  shared = launch();
  return shared;
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    // The first, because continuous integration runs as root; the second for `computedName`, what a screen reader says.
    args: ['--no-sandbox', '--enable-blink-features=ComputedAccessibilityInfo'],
  });
}

// Whoever imports this file does so outside of any suite: this runs after the last test of all.
after(async () => {
  await (await shared)?.close();
});
