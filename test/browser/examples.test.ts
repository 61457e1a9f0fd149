import { expect } from 'chai';
import { examplePaths } from '../examples/exampleFiles';
import { MqttBroker } from '../support/MqttBroker';
import { useEditor } from '../support/browser/useEditor';
import { freePort } from '../support/freePort';
import { until } from '../support/until';

/** How long the slowest example takes to show its first result, on a machine that does other things too: ms. */
const LONGEST_WAIT = 60_000;

/** How long a whole menu may take, fifteen examples at most: ms. */
const LONGEST_MENU = 240_000;

const menus = [...new Set(examplePaths().map((path) => path.split('/')[0] ?? ''))];

describe('the examples, imported as a person does', () => {
  const editor = useEditor();
  let broker: MqttBroker;

  before(async () => {
    broker = await MqttBroker.start();
  });

  after(async () => {
    await broker.stop();
  });

  for (const menu of menus) {
    const paths = examplePaths().filter((path) => path.startsWith(`${menu}/`));
    it(`${menu}: each shows its first result`, async () => {
      const { nodeRed, page } = editor();
      await page.startWith([]);
      await page.watchDebug();
      const debugsOf = new Map<string, string[]>();
      for (const path of paths) {
        const before = new Set((await page.exported()).map(({ id }) => id));
        await page.importExample(path.replace(/\.json$/, ''));
        const imported = (await page.exported()).filter(({ id }) => !before.has(id));
        debugsOf.set(path, imported.filter(({ type }) => type === 'debug').map(({ id }) => id));
        const wrong = await Promise.all(imported.map(async ({ id }) => page.validationErrors(id)));
        expect(wrong.flat(), path).to.deep.equal([]);
      }
      await page.replaceEverywhere({ 'http://127.0.0.1:1880': nodeRed.url, '20777': String(await freePort()), '1883': String(broker.port) });
      await page.deploy();
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
          throw new Error(`Nothing was shown by ${silent.join(', ')}. The runtime's errors: ${nodeRed.errors.join(' ')}`, { cause: error });
        });
      } finally {
        clearInterval(publishing);
      }
      expect((await page.debugMessages(1))[0]).to.match(/msg\.payload/);
    }).timeout(LONGEST_MENU);
  }
});
