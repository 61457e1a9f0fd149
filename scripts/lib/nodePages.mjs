// docs/nodes/<name>.md: what the editor's help of a node says, and the fields of its dialog. Nobody writes these pages.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesBelow, foldersIn, root } from './project.mjs';
import { dialogTable } from './dialogFields.mjs';
import { helpToMarkdown } from './helpToMarkdown.mjs';
import { scriptContent } from './markup.mjs';

const folder = join(root, 'docs/nodes');

const read = (...path) => readFileSync(join(root, 'nodes', ...path), 'utf8');

/** The nodes that have a help text. */
function nodeNames() {
  return foldersIn(join(root, 'nodes')).filter((name) => existsSync(join(root, 'nodes', name, 'locales/en-US', `${name}.html`)));
}

function nodePage(name) {
  const help = helpToMarkdown(scriptContent(read(name, 'locales/en-US', `${name}.html`), 'data-help-name'));
  const table = dialogTable(read(name, `${name}.html`), JSON.parse(read(name, 'locales/en-US', `${name}.json`)), name);
  return [
    `<!-- Made by npm run docs from the help and the dialog in nodes/${name}: change those. -->`,
    `# ${name}`,
    help.replace(/\n\n## References\n/, `\n\n## The dialog\n\n${table}\n\n## References\n`),
  ].join('\n\n') + '\n';
}

/** Every page by its path, as it must be. */
export function nodePages() {
  return new Map(nodeNames().map((name) => {
    try {
      return [join(folder, `${name}.md`), nodePage(name)];
    } catch (error) {
      throw new Error(`nodes/${name}: ${error.message}`, { cause: error });
    }
  }));
}

/** The pages that are not as they must be: those that differ or are missing, and those that nothing makes any more. */
export function stalePages() {
  const pages = nodePages();
  const isAsItMustBe = ([path, text]) => existsSync(path) && readFileSync(path, 'utf8') === text;
  const changed = [...pages].filter((page) => !isAsItMustBe(page)).map(([path]) => path);
  return [...changed, ...filesBelow(folder).filter((path) => !pages.has(path))].map((path) => basename(path));
}

/** Writes all pages, and removes those that nothing makes any more; returns how many there are. */
export function writePages() {
  const pages = nodePages();
  mkdirSync(folder, { recursive: true });
  filesBelow(folder).filter((path) => !pages.has(path)).forEach((path) => rmSync(path));
  pages.forEach((text, path) => writeFileSync(path, text));
  return pages.size;
}
