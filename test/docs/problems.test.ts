import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as ts from 'typescript';
import { packageRoot } from '../support/packageRoot';
import { readPage } from './support/markdown';

/** Functions that are given the code of a problem as one of their arguments. */
const TAKES_CODE = new Set(['asProblem', 'failed', 'lost', 'missing', 'putAside', '#tellOnce', 'deadLetter']);

/** A code is words in small letters, with hyphens between; `cycle` is the only one of one word. */
const CODE = /^[a-z]+[a-z0-9]*(-[a-z0-9]+)+$|^cycle$/;

/** Parts of statuses, without their figures. */
const STATUSES = [
  'rec/s', 'not a number', 'failed', 'too many keys', 'too many pairs', 'behind ', 'limit ', 'buffer full', 'no room in the log',
  'full: ', 'paused', 'starts again in ', 'this change is not running', 'waiting: ',
];

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)];
  return [];
}

/** The codes that stand in a source file: where something is called `code`, and where a function takes one. */
function codesIn(source: ts.Node): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') found.push(...textsIn(node.initializer));
    if (ts.isCallExpression(node)) {
      const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText();
      if (TAKES_CODE.has(name)) found.push(...node.arguments.flatMap(textsIn));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter((text) => CODE.test(text));
}

function codesBelow(folder: string): Set<string> {
  const files = readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' });
  const codes = files.filter((name) => name.endsWith('.ts')).flatMap((name) => {
    const text = readFileSync(join(packageRoot, folder, name), 'utf8');
    return codesIn(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  });
  return new Set(codes);
}

/** The codes of the tables of docs/problems.md: all that stand in first cells. */
function documented(): string[] {
  const rows = readPage('docs/problems.md').split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code));
}

describe('docs/problems.md', () => {
  const codes = codesBelow('src');

  it('has an entry for every code of a problem', () => {
    expect(codes.size).to.be.above(120);
    const entries = new Set(documented());
    expect([...codes].filter((code) => !entries.has(code)).sort()).to.deep.equal([]);
  });

  it('has no entry for a code that there is not, and none twice', () => {
    const entries = documented();
    expect(entries.filter((code) => !codes.has(code))).to.deep.equal([]);
    expect(entries.filter((code, place) => entries.indexOf(code) !== place)).to.deep.equal([]);
  });

  it('says in each what is wrong and what to do', () => {
    const rows = readPage('docs/problems.md').split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.filter((row) => !/^\| [^|]+ \| [^|]+\. \| [^|]+\. \|$/.test(row))).to.deep.equal([]);
  });
});

describe('docs/troubleshooting.md', () => {
  it('names only codes that there are', () => {
    const entries = new Set(documented());
    const named = [...readPage('docs/troubleshooting.md').matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)].map(([, code = '']) => code);
    expect(named.length).to.be.above(20);
    expect(named.filter((code) => !entries.has(code))).to.deep.equal([]);
  });

  it('quotes statuses as nodes show them', () => {
    const page = readPage('docs/troubleshooting.md');
    const folder = join(packageRoot, 'src/flow');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const source = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    for (const status of STATUSES) {
      expect(page, 'docs/troubleshooting.md').to.include(status);
      expect(source, 'src/flow').to.include(status);
    }
  });
});
