import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../support/packageRoot';
import { readPage } from './support/markdown';

/** Every page that people read: those of the root, and all of docs/. */
const PAGES = [
  ...readdirSync(packageRoot),
  ...readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md')).sort();

/** Where the pages are on the web: links that begin with this lead to files of the project. */
const PROJECT_FILES = 'https://github.com/dstream/node-red-dstream/blob/main/';
const PROJECT_IMAGES = 'https://raw.githubusercontent.com/dstream/node-red-dstream/main/';

/** A page without its code, in which brackets mean something else. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, 'code');
}

/** Targets of all links and images of a page. */
function linksOf(page: string): string[] {
  return [...withoutCode(readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** Targets of all links of a help text. */
function hrefsIn(html: string): string[] {
  return [...html.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
}

/** The anchors of a page, one for each heading, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of readPage(page).replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const anchor = plain.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    let again = anchor;
    for (let number = 1; anchors.has(again); number++) again = `${anchor}-${String(number)}`;
    anchors.add(again);
  }
  return anchors;
}

/** The file of the project that a link leads to, from the root, and the anchor in it; undefined for the web. */
function targetOf(page: string, link: string): { readonly path: string; readonly anchor: string } | undefined {
  const project = [PROJECT_FILES, PROJECT_IMAGES].find((address) => link.startsWith(address));
  if (project === undefined && /^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor = ''] = link.slice(project?.length ?? 0).split('#');
  const path = project !== undefined ? file : file === '' ? page : relative(packageRoot, join(packageRoot, dirname(page), file));
  return { path: decodeURI(path), anchor };
}

/** What is wrong with a link, or undefined. */
function fault(page: string, link: string): string | undefined {
  const target = targetOf(page, link);
  if (target === undefined) return link.startsWith('https://') ? undefined : `${page}: ${link} is not https`;
  const { path, anchor } = target;
  if (path.startsWith('..') || !existsSync(join(packageRoot, path))) return `${page}: ${link} leads to nothing`;
  const isMissing = anchor !== '' && statSync(join(packageRoot, path)).isFile() && !anchorsOf(path).has(anchor);
  return isMissing ? `${page}: ${link} has no such heading` : undefined;
}

describe('links of the pages', () => {
  for (const page of PAGES) {
    it(`${page}: each leads somewhere`, () => {
      expect(linksOf(page).map((link) => fault(page, link)).filter((text) => text !== undefined)).to.deep.equal([]);
    });
  }

  it('in the help of the nodes lead somewhere', () => {
    const files = readdirSync(join(packageRoot, 'nodes'), { recursive: true, encoding: 'utf8' });
    const help = files.filter((name) => /locales.*\.html$/.test(name)).map((name) => `nodes/${name}`);
    const links = help.flatMap((name) => hrefsIn(readPage(name)).map((link) => ({ name, link })));
    expect(links.length).to.be.above(20);
    expect(links.map(({ name, link }) => fault(name, link)).filter((text) => text !== undefined)).to.deep.equal([]);
  });

  it('lead from docs/README.md to every page of docs', () => {
    const linked = new Set(linksOf('docs/README.md').map((link) => targetOf('docs/README.md', link)?.path));
    const pages = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(pages.filter((page) => !linked.has(page))).to.deep.equal([]);
  });

  it('are seen to be wrong where they are', () => {
    expect(fault('README.md', 'docs/none.md')).to.equal('README.md: docs/none.md leads to nothing');
    expect(fault('docs/spark.md', 'README.md#no-such')).to.equal('docs/spark.md: README.md#no-such has no such heading');
    expect(fault('docs/README.md', '../../outside.md')).to.equal('docs/README.md: ../../outside.md leads to nothing');
    expect(fault('README.md', 'http://example.com')).to.equal('README.md: http://example.com is not https');
    expect(fault('docs/README.md', 'reliability.md#what-it-depends-on')).to.equal(undefined);
  });
});
