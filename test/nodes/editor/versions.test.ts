import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import type { migrateNodes } from '../../../nodes/shared/editor/versions';
import type { Migration } from '../../../nodes/shared/migrate';
import { loadBundle } from './loadBundle';
import { ROOT, SETS } from './palette';

type EditorNode = Record<string, unknown>;

const migrations: readonly Migration[] = [
  { version: 2, up: ({ code, ...others }) => ({ ...others, function: code }) },
  { version: 3, up: ({ function: func, ...others }) => ({ ...others, func }) },
];

/** An editor, as far as it tells of the nodes that it gets. */
class Editor {
  readonly listeners: ((node: EditorNode) => void)[] = [];
  /** The palette's own, in a bundle as browsers get it. */
  readonly migrateNodes: typeof migrateNodes;

  constructor() {
    const { outputFiles } = buildSync({
      stdin: { contents: "export { migrateNodes } from './nodes/shared/editor/versions';", resolveDir: ROOT },
      bundle: true, format: 'iife', globalName: 'bundle', write: false,
    });
    const events = {
      on: (name: string, listener: (node: EditorNode) => void) => {
        expect(name).to.equal('nodes:add');
        this.listeners.push(listener);
      },
    };
    const context = createContext({ RED: { events } });
    runInContext(outputFiles[0]?.text ?? '', context);
    ({ migrateNodes: this.migrateNodes } = runInContext('bundle', context) as { migrateNodes: typeof migrateNodes });
  }

  /** A flow with such a node is loaded. */
  add(node: EditorNode): EditorNode {
    const defaults = { name: {}, version: {}, func: {}, function: {}, code: {} };
    const loaded = { x: 1, wires: [], _def: { defaults }, ...node };
    for (const listener of this.listeners) listener(loaded);
    return loaded;
  }
}

describe('nodes of earlier versions in the editor', () => {
  it('are shown as the runtime understands them, and saved so', () => {
    const editor = new Editor();
    editor.migrateNodes('map', migrations);
    const node = editor.add({ type: 'dstream-map', name: 'mine', version: 1, code: 'return 1;' });
    expect(node).to.deep.include({ type: 'dstream-map', name: 'mine', version: 3, func: 'return 1;', x: 1, wires: [] });
    expect([node['code'], node['function']]).to.deep.equal([undefined, undefined]);
    expect(editor.add({ type: 'dstream-map', version: 2, function: 'return 2;' })).to.deep.include({ version: 3, func: 'return 2;' });
    // As flows say it that somebody wrote by hand.
    expect(editor.add({ type: 'dstream-map', code: 'return 3;' })).to.deep.include({ version: 3, func: 'return 3;' });
  });

  it('are left alone where they are of today, of the future, or of another type', () => {
    const editor = new Editor();
    editor.migrateNodes('map', migrations);
    for (const node of [{ type: 'dstream-map', version: 3, code: 'x' }, { type: 'dstream-map', version: 4, code: 'x' }, { type: 'dstream-maps', code: 'x' }]) {
      expect(editor.add(node)).to.deep.include(node);
    }
  });

  it('cost nothing as long as there are none', () => {
    const editor = new Editor();
    editor.migrateNodes('map');
    expect(editor.listeners).to.deep.equal([]);
  });
});

describe('nodes of later versions in the editor', () => {
  for (const set of SETS) {
    it(`${set}: are invalid, and say what to do`, () => {
      const validate = loadBundle(set)['validateVersion'];
      for (const version of [1, '1', undefined]) expect(validate?.({}, version)).to.equal(true);
      expect(validate?.({}, 2)).to.match(/newer version .* Update the palette\.$/);
    });
  }
});
