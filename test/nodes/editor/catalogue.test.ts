import { expect } from 'chai';
import { SETS, catalogue, flatten, listFiles, nodeHtml, readText } from './palette';

/** The keys that a set's html asks for by data-i18n. */
function keysInHtml(set: string): string[] {
  return [...nodeHtml(set).matchAll(/data-i18n="([^"]+)"/g)]
    .flatMap((match) => (match[1] ?? '').split(';'))
    .map((key) => key.replace(/^\[[\w-]+\]/, ''));
}

/** The editor code of a set, with that of the preview where it has one. */
function codeOf(set: string): string {
  const own = readText('nodes', set, 'editor.ts');
  if (!own.includes('/preview/openPreview')) return own;
  const folder = 'nodes/shared/editor/preview';
  return [own, ...listFiles(folder, '.ts').map((file) => readText(folder, file))].join('\n');
}

/** The keys that a set's editor code asks for: every call of `text`. */
function keysInCode(set: string): string[] {
  return [...codeOf(set).matchAll(/\btext\('([^']+)'/g)].map((match) => match[1] ?? '');
}

describe('editor catalogues (en-US)', () => {
  const coreTexts = readText('node_modules', '@node-red', 'nodes', 'locales', 'en-US', 'messages.json');
  const core = flatten(JSON.parse(coreTexts) as unknown);

  for (const set of SETS) {
    it(`${set} has every text it asks for`, () => {
      const own = catalogue(set);
      for (const key of [...keysInHtml(set), ...keysInCode(set)]) {
        const found = key.startsWith('node-red:') ? core.has(key.slice('node-red:'.length)) : own.has(key);
        expect(found, key).to.equal(true);
      }
    });

    it(`${set} uses every text it has`, () => {
      const used = new Set([...keysInHtml(set), ...keysInCode(set)]);
      expect([...catalogue(set).keys()].filter((key) => !used.has(key))).to.deep.equal([]);
    });

    it(`${set} passes every value that a text names`, () => {
      const code = codeOf(set);
      for (const [key, text] of catalogue(set)) {
        expect(text.trim(), key).to.equal(text);
        expect(text, key).to.not.equal('');
        const values = [...text.matchAll(/__(\w+?)__/g)].map((match) => match[1] ?? '');
        if (values.length > 0) {
          expect(code, `${key} is only shown by code`).to.include(`text('${key}', `);
        }
        for (const value of values) {
          expect(code, `${key} needs ${value}`).to.match(new RegExp(`\\b${value}\\b`));
        }
      }
    });
  }
});
