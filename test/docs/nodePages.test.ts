import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { defaults, scripts, SETS, template } from '../nodes/editor/palette';
import { packageRoot } from '../support/packageRoot';
import { readPage, sectionsOf } from './support/markdown';

interface Scripts {
  stalePages(): string[];
  helpToMarkdown(html: string): string;
  readMarkup(html: string): unknown;
}

async function script(name: 'nodePages' | 'helpToMarkdown' | 'markup'): Promise<Scripts> {
  return (await import(pathToFileURL(join(packageRoot, 'scripts/lib', `${name}.mjs`)).href)) as Scripts;
}

/** What a text says, without any markup, signs of Markdown, or line breaks. */
function words(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/&rarr;/g, '→')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

describe('docs/nodes', () => {
  it('is what npm run docs makes of help and dialogs', async () => {
    expect((await script('nodePages')).stalePages()).to.deep.equal([], 'run npm run docs');
  });

  for (const set of SETS) {
    const page = (): string => readPage(`docs/nodes/${set}.md`);

    it(`${set}: says every word of the help`, () => {
      const [help] = scripts(readPage(`nodes/${set}/locales/en-US/${set}.html`));
      const elements = (help?.content ?? '').matchAll(/<(p|li|dd|h3|h4|pre)\b[^>]*>([\s\S]*?)<\/\1>/g);
      const paragraphs = [...elements].map(([, , text = '']) => text);
      expect(paragraphs.length).to.be.above(8);
      const shown = words(page().replace(/\]\([^)]*\)/g, ']').replace(/^```(js|json)$/gm, ''));
      const missing = paragraphs.map((text) => words(text.replace(/<[^>]*>/g, ''))).filter((text) => !shown.includes(text));
      expect(missing).to.deep.equal([]);
    });

    it(`${set}: has a row for each field of the dialog, with its default`, () => {
      const table = sectionsOf(page()).find(({ heading }) => heading === 'The dialog')?.text ?? '';
      const rows = table.split('\n').filter((line) => line.startsWith('|')).slice(2);
      const inputs = template(set).matchAll(/<(?:input|select)\b(?![^>]*type="hidden")[^>]*id="node-(?:config-)?input-(\w+)"/g);
      const visible = [...inputs]
        .map(([, property = '']) => property)
        .filter((property) => !property.endsWith('Units'));
      expect(rows).to.have.length(visible.length);
      visible.forEach((property, place) => {
        const value = defaults(set)[property]?.['value'];
        if (typeof value === 'number') expect(rows[place], property).to.include(`| \`${String(value)}\``);
        if (typeof value === 'boolean') expect(rows[place], property).to.match(value ? /\| ticked \|$/ : /\| not ticked \|$/);
      });
    });
  }
});

describe('help as Markdown', () => {
  const files = 'https://github.com/dstream/node-red-dstream/blob/main';
  const cases: readonly (readonly [what: string, html: string, markdown: string])[] = [
    ['headings', '<h3>Inputs</h3><h4>Key</h4>', '## Inputs\n\n### Key'],
    ['signs that Markdown would take for markup', '<p>2 * 3 &lt; 7 [a]</p>', '2 \\* 3 &lt; 7 \\[a]'],
    ['code and emphasis', '<p>Tick <i>pin</i>, <b>not</b> <code>a  b</code>.</p>', 'Tick *pin*, **not** `a b`.'],
    ['lists', '<ul>\n<li>one</li>\n<li>two\n  words</li></ul>', '- one\n- two words'],
    [
      'properties with their types',
      '<dl><dt>payload <span class="property-type">any</span></dt><dd>the value.</dd>' +
        '<dt class="optional">topic</dt><dd>its name.</dd></dl>',
      '- `payload` (*any*): the value.\n- `topic` (optional): its name.',
    ],
    ['JavaScript', '<pre>return a &lt; b;</pre>', '```js\nreturn a < b;\n```'],
    ['JSON', '<pre>{ "a": [1] }</pre>', '```json\n{ "a": [1] }\n```'],
    ['JSONata', '<pre>{ "a": payload }</pre>', '```\n{ "a": payload }\n```'],
    ['links to other pages', `<p><a href="${files}/docs/tuning.md#memory">Memory</a></p>`, '[Memory](../tuning.md#memory)'],
    ['links to pages of nodes', `<p><a href="${files}/docs/nodes/map.md">map</a></p>`, '[map](map.md)'],
    ['links to the web', '<p><a href="https://docs.jsonata.org/">JSONata</a></p>', '[JSONata](https://docs.jsonata.org/)'],
  ];
  for (const [what, html, markdown] of cases) {
    it(`keeps ${what}`, async () => {
      expect((await script('helpToMarkdown')).helpToMarkdown(html)).to.equal(markdown);
    });
  }

  it('breaks long lines, and never so that a line begins a list', async () => {
    const text = `${'word '.repeat(25)}1234 - and more, ${'word '.repeat(25)}`.trim();
    const markdown = (await script('helpToMarkdown')).helpToMarkdown(`<p>${text}</p>`);
    expect(markdown.replaceAll('\n', ' ')).to.equal(text);
    expect(markdown.split('\n').filter((line) => line.length > 132 || line.startsWith('- '))).to.deep.equal([]);
  });

  it('refuses what it cannot show', async () => {
    const { helpToMarkdown } = await script('helpToMarkdown');
    expect(() => helpToMarkdown('<p>a</p>stray')).to.throw('outside of any paragraph: stray');
    expect(() => helpToMarkdown('<video></video>')).to.throw('The help has a <video>');
    expect(() => helpToMarkdown('<p><u>a</u></p>')).to.throw('The help has a <u>');
    const { readMarkup } = await script('markup');
    expect(() => readMarkup('<p>a')).to.throw('<p> is not closed');
    expect(() => readMarkup('<p><b>a</p></b>')).to.throw('</p> closes <b>');
    expect(() => readMarkup('<p>&hearts;</p>')).to.throw('Unknown entity &hearts;');
  });
});
