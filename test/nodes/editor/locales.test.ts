import { expect } from 'chai';
import * as ts from 'typescript';
import { ROOT, flatten, listFiles, readText, scripts } from './palette';

/** The languages that every set has, beside English. */
const COMPLETE: readonly string[] = ['de', 'ja', 'zh-CN'];

/** Texts that no language changes: what is drawn on the canvas, types, formats, units and examples of what to type. */
const EVERYWHERE: readonly string[] = [
  'receiver', 'map', 'reduceByKey', 'state', 'checkpoint', 'sink', 'statistics', 'stream',
  'JSON', 'JavaScript', 'JSONata', 'QoS', 'kB', 'MB', '127.0.0.1', '9999', 'https://example.com/measurements',
];

/** Texts that are the same in one language and in English. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: [
    'Broker', 'Topic', 'Format', 'Host', 'Port', 'Header', 'Server', 'Join', 'cogroup', 'union', 'inner join', 'left join',
    'right join', 'full join', 'Engine', 'Rate', 'Threads', 'Graph', 'Plan', 'Batch', 'Batches', 'Checkpoint', 'Log', 'Live',
    'Streaming',
  ],
  ja: ['inner join', 'left join', 'right join', 'full join', 'cogroup', 'union'],
  'zh-CN': ['inner join', 'left join', 'right join', 'full join', 'cogroup', 'union'],
};

/** Every file of texts in nodes/, in any language. */
const FILES = listFiles('nodes', '').flatMap((path) => {
  const [, set, language, file, kind] = /^(\w+)\/locales\/([\w-]+)\/((?:\w+)\.(json|html))$/.exec(path) ?? [];
  return set === undefined || language === undefined || file === undefined ? [] : [{ set, language, file, kind }];
});

const ENGLISH = FILES.filter(({ language }) => language === 'en-US');
const TRANSLATED = FILES.filter(({ language }) => language !== 'en-US');
const LANGUAGES = [...new Set(TRANSLATED.map(({ language }) => language))].sort();

function read(set: string, language: string, file: string): string {
  return readText('nodes', set, 'locales', language, file);
}

/** The texts of one set by their keys, such as `label.source`. */
function texts(set: string, language: string): Map<string, string> {
  return flatten(JSON.parse(read(set, language, `${set}.json`)) as unknown);
}

/** The texts of one set that are the same in a language and in English. */
function commonTexts(set: string, language: string): string[] {
  const english = texts(set, 'en-US');
  return [...texts(set, language)].filter(([key, text]) => english.get(key) === text).map(([, text]) => text);
}

/** The names of values that a text takes, such as `__count__`, each once. */
function placeholders(text: string): string[] {
  return [...new Set(text.match(/__\w+?__/g))].sort();
}

/** Whether a text may be the same in a language and in English. */
function isShared(text: string, language: string): boolean {
  return EVERYWHERE.includes(text) || SAME[language]?.includes(text) === true;
}

/** Whether there is anything in a text to translate. */
function hasWords(text: string): boolean {
  return /\p{L}/u.test(text.replace(/__\w+?__/g, ''));
}

/** The keys that an object of a JSON file has twice, which JSON.parse passes over in silence. */
function duplicateKeys(json: string): string[] {
  const file = ts.parseJsonText('texts.json', json);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const names = node.properties.map((property) => property.name?.getText(file) ?? '');
      found.push(...names.filter((name, index) => names.indexOf(name) !== index));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The paragraphs, lists, headings and examples of a help text, in order; what stands within a sentence may change places. */
function structure(html: string): string[] {
  return [...html.matchAll(/<\/?(?!(?:code|i|b|a|span)\b)[a-z]\w*/g)].map(([tag]) => tag);
}

/** What stands between the tags of one kind. */
function contents(html: string, tag: string): string[] {
  return [...html.matchAll(new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner]) => inner ?? '');
}

/** The tags of one kind with their attributes. */
function tags(html: string, tag: string): string[] {
  return [...html.matchAll(new RegExp(`<${tag}\\b[^>]*>`, 'g'))].map(([found]) => found);
}

/** The properties that a help text describes, with their types; what stands for a name that the user chooses is translated. */
function properties(html: string): string[] {
  return contents(html, 'dt').map((entry) => entry.replace(/&lt;.*?&gt;/g, '&lt;&gt;'));
}

/** What a help text says, without its line ends and without what is code. */
function sentences(html: string): string[] {
  const parts = contents(html.replace(/<code>.*?<\/code>/g, ''), '(?:p|li|dd|h4)');
  return parts.map((part) => part.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ').trim());
}

/** What a dialog calls its aggregates, or a part of that, by which the help may quote it: from English to the language. */
function isQuotedLabel(set: string, language: string, english: string, translated: string): boolean {
  const own = texts(set, language);
  return [...texts(set, 'en-US')].some(([key, text]) =>
    key.startsWith('aggregate.') && text.includes(english) && own.get(key)?.includes(translated) === true);
}

describe('translations', () => {
  it('are there in every language for everything that is there in English', () => {
    const expected = COMPLETE.flatMap((language) => ENGLISH.map(({ set, file }) => `${set}/locales/${language}/${file}`));
    const found = new Set(TRANSLATED.map(({ set, language, file }) => `${set}/locales/${language}/${file}`));
    expect(expected.filter((path) => !found.has(path)), `missing below ${ROOT}/nodes`).to.deep.equal([]);
  });

  it('are not there for anything that is not there in English', () => {
    const english = new Set(ENGLISH.map(({ set, file }) => `${set}/${file}`));
    expect(TRANSLATED.filter(({ set, file }) => !english.has(`${set}/${file}`))).to.deep.equal([]);
    expect(LANGUAGES.filter((language) => SAME[language] === undefined), 'languages not known here').to.deep.equal([]);
  });

  for (const { set, language, kind } of FILES.filter((file) => file.kind === 'json')) {
    it(`${set}.${kind} has no key twice (${language})`, () => {
      expect(duplicateKeys(read(set, language, `${set}.json`))).to.deep.equal([]);
    });
  }

  it('have no word on the lists above that they need not have in common with English', () => {
    const sets = ENGLISH.filter(({ kind }) => kind === 'json').map(({ set }) => set);
    const english = new Set(sets.flatMap((set) => [...texts(set, 'en-US').values()]));
    expect(EVERYWHERE.filter((text) => !english.has(text))).to.deep.equal([]);
    for (const language of COMPLETE) {
      const common = new Set(sets.flatMap((set) => commonTexts(set, language)));
      expect(SAME[language]?.filter((text) => !common.has(text)), language).to.deep.equal([]);
    }
  });
});

for (const language of LANGUAGES) {
  const own = TRANSLATED.filter((file) => file.language === language);

  describe(`texts (${language})`, () => {
    for (const { set } of own.filter(({ kind }) => kind === 'json')) {
      it(`${set} has the keys of the English texts, in their order`, () => {
        expect([...texts(set, language).keys()]).to.deep.equal([...texts(set, 'en-US').keys()]);
      });

      it(`${set} has a text of its own under each key`, () => {
        for (const [key, text] of texts(set, language)) {
          expect(text, key).to.equal(text.trim()).and.not.equal('');
        }
        expect(commonTexts(set, language).filter((text) => hasWords(text) && !isShared(text, language))).to.deep.equal([]);
      });

      it(`${set} takes the values of the English texts`, () => {
        const english = texts(set, 'en-US');
        for (const [key, text] of texts(set, language)) {
          expect(placeholders(text), key).to.deep.equal(placeholders(english.get(key) ?? ''));
        }
      });
    }
  });

  describe(`help (${language})`, () => {
    for (const { set, file } of own.filter(({ kind }) => kind === 'html')) {
      const html = read(set, language, file);
      const english = read(set, 'en-US', file);

      it(`${set} is about the same node`, () => {
        const names = (help: string): unknown[] => scripts(help).map(({ attributes }) => attributes);
        expect(names(html)).to.deep.equal(names(english));
      });

      it(`${set} has the paragraphs, lists and headings of the English help`, () => {
        expect(structure(html)).to.deep.equal(structure(english));
        expect(contents(html, 'h4').some((heading) => heading.trim() === '')).to.equal(false);
      });

      it(`${set} describes the same properties`, () => {
        expect(tags(html, 'dt')).to.deep.equal(tags(english, 'dt'));
        expect(properties(html)).to.deep.equal(properties(english));
      });

      it(`${set} shows the same code and links`, () => {
        expect(contents(html, 'pre')).to.deep.equal(contents(english, 'pre'));
        expect(tags(html, 'a').sort()).to.deep.equal(tags(english, 'a').sort());
        const left = contents(html, 'code');
        for (const code of contents(english, 'code')) {
          const at = left.indexOf(code);
          const quoted = at >= 0 ? at : left.findIndex((other) => isQuotedLabel(set, language, code, other));
          expect(quoted, `<code>${code}</code>`).to.be.at.least(0);
          left.splice(quoted, 1);
        }
        expect(left, 'code that the English help does not have').to.deep.equal([]);
      });

      it(`${set} quotes its dialog as the dialog is`, () => {
        const labels = texts(set, language);
        const quotes = contents(html, 'i');
        expect(quotes).to.have.length(contents(english, 'i').length);
        for (const [key, text] of texts(set, 'en-US')) {
          if (contents(english, 'i').includes(text)) {
            expect(quotes, key).to.include(labels.get(key));
          }
        }
      });

      it(`${set} says nothing in English`, () => {
        const original = new Set(sentences(english));
        const kept = sentences(html).filter((text) => original.has(text) && hasWords(text));
        expect(kept.filter((text) => !isShared(text, language))).to.deep.equal([]);
      });
    }
  });
}
