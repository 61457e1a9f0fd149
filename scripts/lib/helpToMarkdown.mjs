// Turns the help of a node, as the editor shows it, into Markdown.
import { hasClass, readMarkup, textOf } from './markup.mjs';

/** Where the project's own pages are for those who read the help in the editor. */
const PROJECT = 'https://github.com/dstream/node-red-dstream';
const PROJECT_FILES = `${PROJECT}/blob/main/`;

const WIDTH = 130;

/** What would begin a list or a heading if a line began with it. */
const BEGINS_A_BLOCK = /^([-+*]|#+|>.*|\d+[.)])$/;

/** Text in lines of at most 130 characters; further lines begin with `indent`. */
function wrapped(text, indent = '') {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    const isFull = line !== '' && indent.length + line.length + 1 + word.length > WIDTH;
    if (isFull && !BEGINS_A_BLOCK.test(word)) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
  }
  return lines.join(`\n${indent}`);
}

/** Text as Markdown, so that nothing in it is taken for markup. */
export function escaped(text) {
  return text.replace(/[\\`*[]/g, '\\$&').replace(/</g, '&lt;');
}

function codeSpan(text) {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A link as it must be from docs/nodes. */
function address(href) {
  if (href === `${PROJECT}#readme`) {
    return '../../README.md';
  }
  if (!href.startsWith(PROJECT_FILES)) {
    return href;
  }
  const path = href.slice(PROJECT_FILES.length);
  if (path.startsWith('docs/nodes/')) {
    return path.slice('docs/nodes/'.length);
  }
  return path.startsWith('docs/') ? `../${path.slice('docs/'.length)}` : `../../${path}`;
}

/** What stands in a line: text, code, emphasis, links. */
function inline(node) {
  if (typeof node === 'string') {
    return escaped(node.replace(/\s+/g, ' '));
  }
  const inner = () => node.children.map(inline).join('');
  switch (node.tag) {
    case 'code':
      return codeSpan(textOf(node).replace(/\s+/g, ' '));
    case 'i':
      return `*${inner()}*`;
    case 'b':
      return `**${inner()}**`;
    case 'a':
      return `[${inner()}](${address(node.attributes.href)})`;
    default:
      throw new Error(`The help has a <${node.tag}> inside of a paragraph; known are code, i, b and a.`);
  }
}

function line(element, indent = '') {
  return wrapped(element.children.map(inline).join('').trim(), indent);
}

/** `<dl class="message-properties">`: a list with the name of each property, its type and its meaning. */
function propertyList(list) {
  const items = [];
  for (const element of list.children.filter((child) => typeof child !== 'string')) {
    if (element.tag === 'dt') {
      const type = element.children.find((child) => typeof child !== 'string' && hasClass(child, 'property-type'));
      const name = element.children.filter((child) => child !== type).map(textOf).join('').trim();
      const types = type === undefined ? [] : [`*${escaped(textOf(type))}*`];
      const notes = hasClass(element, 'optional') ? [...types, 'optional'] : types;
      items.push(`- ${codeSpan(name)}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}: `);
    } else {
      const meaning = element.children.map(inline).join('').trim();
      items[items.length - 1] = wrapped(items.at(-1) + meaning, '  ').trimEnd();
    }
  }
  return items.join('\n');
}

/** What a code block is written in, for those that colour it; '' for JSONata. */
function languageOf(text) {
  if (/\breturn\b/.test(text)) {
    return 'js';
  }
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return '';
  }
}

function block(element) {
  switch (element.tag) {
    case 'h3':
      return `## ${line(element)}`;
    case 'h4':
      return `### ${line(element)}`;
    case 'p':
      return line(element);
    case 'ul':
      return element.children.filter((child) => typeof child !== 'string').map((item) => `- ${line(item, '  ')}`).join('\n');
    case 'dl':
      return propertyList(element);
    case 'pre': {
      const text = textOf(element).trim();
      return `\`\`\`${languageOf(text)}\n${text}\n\`\`\``;
    }
    default:
      throw new Error(`The help has a <${element.tag}> that docs cannot show; known are h3, h4, p, ul, dl and pre.`);
  }
}

/** The Markdown of a help text, without a title. */
export function helpToMarkdown(html) {
  const { children } = readMarkup(html);
  const stray = children.find((child) => typeof child === 'string' && child.trim() !== '');
  if (stray !== undefined) {
    throw new Error(`The help has a text outside of any paragraph: ${stray.trim()}`);
  }
  return children.filter((child) => typeof child !== 'string').map(block).join('\n\n');
}
