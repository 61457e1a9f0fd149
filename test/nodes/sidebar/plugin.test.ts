import { expect } from 'chai';
import { listFiles, nodeHtml, readText, scripts } from '../editor/palette';

describe("the sidebar's plugin", () => {
  it('loads its bundle, then registers itself with what the bundle offers', () => {
    const [first, second, ...others] = scripts(nodeHtml('sidebar'));
    expect(first?.attributes['src']).to.equal('resources/@dstream/node-red-dstream/sidebar.js');
    expect(second?.content).to.match(/RED\.plugins\.registerPlugin\('dstream-sidebar'.*dstreamEditor\.sidebar\.add\(\)/s);
    expect(others).to.deep.equal([]);
  });

  it('is named in package.json', () => {
    const { 'node-red': parts } = JSON.parse(readText('package.json')) as { 'node-red': { plugins: unknown } };
    expect(parts.plugins).to.deep.equal({ sidebar: 'dist/nodes/sidebar/sidebar.js' });
  });

  it('carries the licence of the charts along with their code', () => {
    const bundle = readText('resources', 'sidebar.js');
    expect(bundle).to.include(readText('node_modules', 'uplot', 'LICENSE').trim());
    expect(bundle, 'style sheets are in it').to.include('.dstream-tab').and.to.include('.u-over');
  });

  it('puts texts into the page as texts only', () => {
    for (const word of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', '.html(', 'document.write']) {
      expect(editorCode(), word).to.not.include(word);
    }
  });
});

function editorCode(): string {
  return listFiles('nodes/sidebar', '.ts').map((path) => readText('nodes/sidebar', path)).join('\n');
}
