import { expect } from 'chai';
import { SETS, readText, scripts } from './palette';

describe('editor help (en-US)', () => {
  for (const set of SETS) {
    const html = readText('nodes', set, 'locales', 'en-US', `${set}.html`);

    it(`${set} has one help text for its type`, () => {
      expect(scripts(html).map((script) => script.attributes['data-help-name'])).to.deep.equal([`dstream-${set}`]);
    });

    it(`${set} starts with the sentence that the palette shows`, () => {
      expect(scripts(html)[0]?.content.trim()).to.match(/^<p>[A-Z][^<]{20,200}\.(?: [^<]+)?<\/p>/);
    });

    it(`${set} has the usual headings in the usual order`, () => {
      const headings = [...html.matchAll(/<h3>([^<]+)<\/h3>/g)].map((match) => match[1]);
      expect(headings).to.deep.equal(['Inputs', 'Outputs', 'Details', 'References']);
    });

    it(`${set} closes what it opens`, () => {
      const open: string[] = [];
      for (const match of html.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
        const tag = match[2] ?? '';
        if (match[1] === '/') {
          expect(open.pop(), match[0]).to.equal(tag);
        } else {
          open.push(tag);
        }
      }
      expect(open).to.deep.equal([]);
    });
  }

  it('names every property of a result of reduceByKey', () => {
    const help = readText('nodes', 'reduceByKey', 'locales', 'en-US', 'reduceByKey.html');
    for (const property of ['payload.key', 'payload.windowStart', 'payload.windowEnd', 'payload.complete']) {
      expect(help).to.include(`<dt>${property} `);
    }
  });

  it('tells what a function can use', () => {
    const help = readText('nodes', 'map', 'locales', 'en-US', 'map.html');
    for (const name of ['ctx.batchTime', 'ctx.env(name)', 'ctx.log(text)', 'ctx.warn(text)', 'ctx.random()']) {
      expect(help).to.include(`<dt>${name}`);
    }
  });
});
