import { expect } from 'chai';
import { failureKey } from '../../../nodes/sidebar/editor/failureKey';
import { catalogue, listFiles, readText } from '../editor/palette';

describe("the sidebar's texts (en-US)", () => {
  const texts = catalogue('sidebar');
  const code = ['editor.ts', ...listFiles('nodes/sidebar/editor', '.ts').map((path) => `editor/${path}`)]
    .map((path) => readText('nodes/sidebar', path))
    .join('\n');
  /** Whatever is written like a key of one of the catalogue's groups. */
  const groups = [...new Set([...texts.keys()].map((key) => key.split('.')[0]))].join('|');
  const used = new Set([...code.matchAll(new RegExp(`'((?:${groups})\\.\\w+)'`, 'g'))].map((match) => match[1] ?? ''));

  it('are all there, and none is left over', () => {
    expect([...texts.keys()].sort()).to.deep.equal([...used].sort());
  });

  it('are given every value that they name', () => {
    for (const [key, text] of texts) {
      expect(text.trim(), key).to.equal(text).and.not.equal('');
      for (const [, value = ''] of text.matchAll(/__(\w+?)__/g)) {
        expect(code, `${key} needs ${value}`).to.match(new RegExp(`\\b${value}\\b`));
      }
    }
  });

  it('say why nothing comes, for each way in which a question fails', () => {
    const keys = [0, 401, 403, 404, 500, 502].map(failureKey);
    expect(keys).to.deep.equal([
      'notice.unreachable', 'notice.signedOut', 'notice.signedOut', 'notice.missing', 'notice.failing', 'notice.failing',
    ]);
  });
});
