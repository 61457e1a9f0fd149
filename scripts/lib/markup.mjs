// Reads the small, well-formed part of HTML that help pages and dialogs are written in. No dependency: also lint uses it.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', rarr: '→', micro: 'µ' };

/** Elements that have no end. */
const VOID = new Set(['br', 'hr', 'img', 'input']);

function decoded(text) {
  return text.replace(/&(\w+);/g, (entity, name) => {
    if (!(name in ENTITIES)) {
      throw new Error(`Unknown entity ${entity}. Known: ${Object.keys(ENTITIES).join(', ')}.`);
    }
    return ENTITIES[name];
  });
}

function attributesOf(text) {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]));
}

/**
 * The tree of a piece of HTML: texts are strings, elements `{ tag, attributes, children }`.
 * @throws Error where an element is not closed, or closed by another's end
 */
export function readMarkup(html) {
  const top = { tag: '', attributes: {}, children: [] };
  const open = [top];
  const tokens = html.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<(\/?)([a-z][a-z0-9]*)\b([^>]*)>|[^<]+/g);
  for (const [token, end, tag, attributes] of tokens) {
    const parent = open.at(-1);
    if (tag === undefined) {
      parent.children.push(decoded(token));
    } else if (end === '/') {
      if (parent.tag !== tag) {
        throw new Error(`</${tag}> closes <${parent.tag}>.`);
      }
      open.pop();
    } else {
      const element = { tag, attributes: attributesOf(attributes), children: [] };
      parent.children.push(element);
      if (!VOID.has(tag)) {
        open.push(element);
      }
    }
  }
  if (open.length > 1) {
    throw new Error(`<${open.at(-1).tag}> is not closed.`);
  }
  return top;
}

/** Every element below another one, in the order of the text. */
export function elementsBelow(element) {
  return element.children.filter((child) => typeof child !== 'string').flatMap((child) => [child, ...elementsBelow(child)]);
}

export function textOf(node) {
  return typeof node === 'string' ? node : node.children.map(textOf).join('');
}

/** Whether an element has a class. */
export function hasClass(element, name) {
  return (element.attributes.class ?? '').split(' ').includes(name);
}

/** The content of the one `<script type="text/html">` of a page that has an attribute, `data-help-name` for example. */
export function scriptContent(page, attribute) {
  const scripts = [...page.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)];
  const found = scripts.filter(([, attributes]) => attributes.includes(`${attribute}="`));
  if (found.length !== 1) {
    throw new Error(`There are ${found.length} scripts with ${attribute} instead of 1.`);
  }
  return found[0][2];
}
