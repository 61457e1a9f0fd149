import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EditorPage } from '../support/browser/EditorPage';
import { StreamingSidebar } from '../support/browser/StreamingSidebar';
import { keyBeginnings, paletteTypes } from '../support/browser/palette';
import type { VisibleText } from '../support/browser/visibleTexts';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { batcher, receiver, sink, tab } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { packageRoot } from '../support/packageRoot';

const LANGUAGES = readdirSync(join(packageRoot, 'nodes/batcher/locales')).filter((language) => language !== 'en-US');
const DRAWN = paletteTypes().filter(({ isConfig }) => !isConfig);

/** A graph that runs, and one node of each type on a tab that does not. */
const FLOWS = [
  tab(),
  receiver('in', ['every'], { source: 'simulated', sensors: '3', rate: '10', seed: '1' }),
  batcher('every', ['out'], { interval: '500' }),
  sink('out', []),
  tab('off', { disabled: true }),
  ...DRAWN.map(({ type, set }, index) => ({ id: `of-${set}`, type, z: 'off', version: 1, name: '', x: 150 + 200 * (index % 3), y: 60 + 60 * Math.floor(index / 3), wires: [[]] })),
];

/** The texts of a catalogue that are other than in English, without their placeholders' sentences. */
function ownTexts(set: string, language: string): string[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(packageRoot, 'nodes', set, 'locales', name, `${set}.json`), 'utf8'));
  const leaves = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)]);
  const english = new Set(leaves(read('en-US')));
  return leaves(read(language)).filter((text) => !english.has(text) && !text.includes('__'));
}

function isTranslated(texts: readonly VisibleText[], set: string, language: string): boolean {
  const own = new Set(ownTexts(set, language));
  return texts.some(({ text }) => own.has(text));
}

describe('the languages of the palette', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start({ editor: true, flows: FLOWS });
  });

  after(async () => {
    await nodeRed.stop();
  });

  for (const language of LANGUAGES) {
    it(`${language}: dialogs and the sidebar are translated, and no key is left`, async () => {
      const page = await EditorPage.openEditor(nodeRed, language);
      try {
        await page.showTab('off');
        for (const { set, type } of DRAWN) {
          const dialog = await page.openDialog(`of-${set}`);
          const texts = await visibleTexts(dialog.form);
          expect(unresolved(texts, keyBeginnings()), type).to.deep.equal([]);
          expect(isTranslated(texts, set, language), `whether ${type} speaks ${language}`).to.equal(true);
          await dialog.cancel();
        }
        const sidebar = new StreamingSidebar(page);
        await sidebar.open();
        const texts = await visibleTexts(sidebar.element);
        expect(unresolved(texts, keyBeginnings()), 'the sidebar').to.deep.equal([]);
        expect(isTranslated(texts, 'sidebar', language), `whether the sidebar speaks ${language}`).to.equal(true);
        expect(page.takeComplaints()).to.deep.equal([]);
      } finally {
        await page.close();
      }
    });
  }
});
