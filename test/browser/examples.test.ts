import { basename, dirname } from 'node:path';
import { expect } from 'chai';
import { examplePaths } from '../examples/exampleFiles';
import { allGraphsRun } from '../support/allGraphsRun';
import { MqttBroker } from '../support/MqttBroker';
import { useEditor } from '../support/browser/useEditor';
import { freePort } from '../support/freePort';
import { until } from '../support/until';

/** How long the slowest example takes to show its first result, on a machine that does other things too: ms. */
const LONGEST_WAIT = 60_000;

/** How long a portion may take: ms. */
const LONGEST_PORTION = 180_000;

/** So many are deployed together: more would keep one another from starting on a busy machine. */
const PORTION = 8;

/** The examples in the order of the menus, in portions that do not go beyond a menu. */
function portions(): string[][] {
  const menus = [...new Set(examplePaths().map((path) => dirname(path)))];
  return menus.flatMap((menu) => {
    const paths = examplePaths().filter((path) => dirname(path) === menu);
    return Array.from({ length: Math.ceil(paths.length / PORTION) }, (_, at) => paths.slice(at * PORTION, (at + 1) * PORTION));
  });
}

describe('the examples, imported as a person does', () => {
  const editor = useEditor();
  let broker: MqttBroker;

  before(async () => {
    broker = await MqttBroker.start();
  });

  after(async () => {
    await broker.stop();
  });

  for (const paths of portions()) {
    const names = paths.map((path) => basename(path, '.json'));
    it(`${dirname(paths[0] ?? '')}: ${names.join(', ')}: each shows its first result`, async () => {
      const { nodeRed, page } = editor();
      await page.startWith([]);
      await page.watchDebug();
      const debugsOf = new Map<string, string[]>();
      const sentOnce: string[] = [];
      for (const path of paths) {
        const before = new Set((await page.exported()).map(({ id }) => id));
        await page.importExample(path.replace(/\.json$/, ''));
        const imported = (await page.exported()).filter(({ id }) => !before.has(id));
        debugsOf.set(path, imported.filter(({ type }) => type === 'debug').map(({ id }) => id));
        sentOnce.push(...imported.filter(({ type, once }) => type === 'inject' && once === true).map(({ id }) => id));
        const wrong = await Promise.all(imported.map(async ({ id }) => page.validationErrors(id)));
        expect(wrong.flat(), path).to.deep.equal([]);
      }
      const addresses = { 'http://127.0.0.1:1880': nodeRed.url, '20777': String(await freePort()), '1883': String(broker.port) };
      await page.replaceEverywhere(addresses);
      await page.deploy();
      // What an example sends once, a second after Deploy, may be over before so many graphs have started, such as a file that is then not new.
      await allGraphsRun(nodeRed);
      for (const id of sentOnce) await nodeRed.press(id);
      const publishing = setInterval(() => {
        void broker.publish('sensors/kitchen/temperature', JSON.stringify({ value: 20.5 }));
      }, 200);
      try {
        let silent: string[] = [];
        await until('every example shows something', async () => {
          const seen = await page.debugged();
          silent = [...debugsOf].filter(([, ids]) => !ids.some((id) => seen.includes(id))).map(([path]) => path);
          return silent.length === 0;
        }, LONGEST_WAIT).catch((error: unknown) => {
          const errors = nodeRed.errors.join(' ');
          throw new Error(`Nothing was shown by ${silent.join(', ')}. The runtime's errors: ${errors}`, { cause: error });
        });
      } finally {
        clearInterval(publishing);
      }
      expect((await page.debugMessages(1))[0]).to.match(/msg(\.payload)? : /);
    }).timeout(LONGEST_PORTION);
  }
});
