import { expect } from 'chai';
import type { FileEntry, FileSystem } from '../../src/streaming';
import { globPattern, matchingFolders } from '../../src/streaming/glob';
import { rejectionOf } from './program';

/** A tree of folders; a name with a dot in it is a file. */
interface Tree {
  readonly [name: string]: Tree | null;
}

const TREE: Tree = {
  data: { berlin: { in: {}, out: {} }, bern: { in: {} }, rome: { out: {} }, 'x.txt': null, '.hidden': { in: {} } },
  archive: { '2024': { in: {} } },
};

/** Only lists. */
function filesOf(tree: Tree): FileSystem {
  const nothing = (): Promise<never> => Promise.reject(new Error('not for this test'));
  const list = (folder: string): Promise<readonly FileEntry[]> => {
    let place: Tree | null | undefined = tree;
    for (const part of folder.split('/')) if (part !== '' && part !== '.') place = place?.[part];
    if (place === undefined || place === null) return Promise.reject(Object.assign(new Error(folder), { code: 'ENOENT' }));
    return Promise.resolve(
      Object.entries(place).map(([name, inner]) => ({ name, kind: inner === null ? 'file' : 'folder', size: 0, modified: 0 })),
    );
  };
  return { list, read: nothing, write: nothing, makeFolder: nothing, rename: nothing, remove: nothing };
}

describe('glob', () => {
  const patterns: [pattern: string, fitting: string[], others: string[]][] = [
    ['a*c', ['ac', 'abc', 'a-b-c'], ['abcd', 'xac']],
    ['a?c', ['abc', 'a.c'], ['ac', 'abbc']],
    ['[ab]1', ['a1', 'b1'], ['c1', '[ab]1']],
    ['[a-c]', ['b'], ['d', '-']],
    ['[^a-c]', ['d', '-'], ['b']],
    ['[!a]', ['b'], ['a', '!a']],
    ['{ab,c}d', ['abd', 'cd'], ['d', 'abcd', '{ab,c}d']],
    ['a.b+c(d)|$^', ['a.b+c(d)|$^'], ['axb+c(d)|$^']],
    ['a,b}', ['a,b}'], ['a']],
    ['\\*', ['*'], ['a']],
    ['[a', ['[a'], ['a']],
    ['{a', ['{a'], ['a']],
    ['städte-?', ['städte-🌡'], ['stadte-1']],
  ];
  for (const [pattern, fitting, others] of patterns) {
    it(`takes ${pattern} for ${fitting.join(' and ')}, and not for ${others.join(' or ')}`, () => {
      const regular = globPattern(pattern);
      expect(fitting.filter((name) => !regular.test(name))).to.deep.equal([]);
      expect(others.filter((name) => regular.test(name))).to.deep.equal([]);
    });
  }

  const folders: [path: string, found: string[]][] = [
    ['data/nowhere', ['data/nowhere']],
    ['/data/*/in', ['/data/berlin/in', '/data/bern/in', '/data/.hidden/in']],
    ['data/*', ['data/berlin', 'data/bern', 'data/rome', 'data/.hidden']],
    ['./data/ber*/in/', ['./data/berlin/in', './data/bern/in']],
    ['*/*/in', ['data/berlin/in', 'data/bern/in', 'data/.hidden/in', 'archive/2024/in']],
    ['{data,archive}/[0-9]*', ['archive/2024']],
    ['none-*/in', []],
    ['data/x*/in', []],
  ];
  for (const [path, found] of folders) {
    it(`finds ${found.length === 0 ? 'nothing' : found.join(', ')} for ${path}`, async () => {
      expect((await matchingFolders(filesOf(TREE), path)).sort()).to.deep.equal([...found].sort());
    });
  }

  it('passes on what is wrong with a folder that is there', async () => {
    const files = { ...filesOf(TREE), list: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) };
    expect(await rejectionOf(matchingFolders(files, 'data/*'))).to.have.property('code', 'EACCES');
  });
});
