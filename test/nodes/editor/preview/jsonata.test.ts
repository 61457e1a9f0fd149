import { expect } from 'chai';
import { Interpreter } from '../../../../nodes/shared/editor/preview/Interpreter';
import { cutOut } from '../../../../nodes/shared/editor/preview/jsonata';
import { PreviewContext } from '../../../../nodes/shared/editor/preview/PreviewContext';
import { readText } from '../palette';

describe("the editor's own JSONata", () => {
  let source = '';
  before(() => {
    source = cutOut(readText('node_modules', '@node-red', 'editor-client', 'public', 'vendor', 'vendor.js'));
  });

  async function evaluated(expression: string, record: unknown = { payload: [3, 1, 2], topic: 't' }): Promise<unknown> {
    return new Interpreter(source).prepare(expression)(record, new PreviewContext(5));
  }

  it('is found among the libraries of the editor, and nothing else with it', () => {
    expect(source).to.have.length.within(50_000, 200_000);
    expect(source).to.match(/^!function\(/);
    for (const other of ['jQuery', 'DOMPurify', 'i18next']) expect(source, other).to.not.include(other);
  });

  it('is not found where there is none', () => {
    expect(cutOut('')).to.equal('');
    expect(cutOut('(function(e){ window.jsonata=e() })')).to.equal('');
  });

  it('evaluates what is not compiled', async () => {
    expect(await evaluated('payload^($)')).to.deep.equal([1, 2, 3]);
    expect(await evaluated('$map(msg.payload, function($v) { $v * 2 })')).to.deep.equal([6, 2, 4]);
    expect(Object.keys(await evaluated('payload[$ > 1]') as object), 'no marks').to.deep.equal(['0', '1']);
  });

  it('knows what Node-RED adds, as far as it makes sense', async () => {
    expect(await evaluated('$env("HOME")')).to.equal('');
    expect(await evaluated('$clone(payload)')).to.deep.equal([3, 1, 2]);
    for (const name of ['flowContext', 'globalContext', 'moment']) {
      expect(await evaluated(`$${name}("a")`).catch(String), name).to.match(/cannot be used here/);
    }
  });

  it('says what is wrong, with the line', async () => {
    expect(() => new Interpreter(source).prepare('payload.(')).to.throw(/line 1, column 10/);
    expect(await evaluated('(\n  $number("x")\n)').catch(String)).to.match(/line 2/);
    expect(await evaluated('function($x) { $x }').catch(String)).to.match(/its result is a function/);
  });
});
