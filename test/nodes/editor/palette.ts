import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';

/** The node sets of the palette, which are also the folder names under nodes/. */
export const SETS = ['receiver', 'batcher', 'map', 'window', 'reduceByKey', 'state', 'join', 'checkpoint', 'sink', 'statistics', 'engine'] as const;

/** The folder that holds package.json, wherever this file was compiled to. */
export const ROOT = findRoot(__dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) {
    return folder;
  }
  const parent = dirname(folder);
  if (parent === folder) {
    throw new Error('no package.json above the tests');
  }
  return findRoot(parent);
}

export function readText(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), 'utf8');
}

/** The paths below a folder of the repository, relative to it, that end as given. */
export function listFiles(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .sort();
}

/** A script element of an html file: its attributes and what stands between its tags. */
export interface ScriptElement {
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string;
}

export function scripts(html: string): ScriptElement[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)].map((match) => ({
    attributes: attributes(match[1] ?? ''),
    content: match[2] ?? '',
  }));
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

export function nodeHtml(set: string): string {
  return readText('nodes', set, `${set}.html`);
}

/** The edit template of a node. */
export function template(set: string): string {
  const found = scripts(nodeHtml(set)).filter((script) => script.attributes['data-template-name'] === `dstream-${set}`);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`${set}: ${found.length} templates instead of 1`);
  }
  return found[0].content;
}

/** Stands for a function in a literal, with its number of parameters, which Node-RED looks at. */
export class FunctionLiteral {
  public constructor(
    public readonly parameters: number,
    public readonly source: string,
  ) {}
}

export type ObjectLiteral = Record<string, unknown>;

/** What the inline script of a node hands to RED.nodes.registerType. Throws where anything is not a plain literal. */
export function registration(set: string): { readonly type: string; readonly definition: ObjectLiteral } {
  const inline = scripts(nodeHtml(set)).filter((script) => script.attributes['type'] === 'text/javascript');
  if (inline.length !== 1 || inline[0] === undefined) {
    throw new Error(`${set}: ${inline.length} inline scripts instead of 1`);
  }
  const file = ts.createSourceFile(`${set}.js`, inline[0].content, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const [statement, ...others] = file.statements;
  if (statement === undefined || others.length > 0 || !ts.isExpressionStatement(statement)) {
    throw new Error(`${set}: the inline script must be one call`);
  }
  const call = statement.expression;
  if (!ts.isCallExpression(call) || call.expression.getText() !== 'RED.nodes.registerType' || call.arguments.length !== 2) {
    throw new Error(`${set}: the inline script must call RED.nodes.registerType with two arguments`);
  }
  const [type, definition] = call.arguments.map(literal);
  if (typeof type !== 'string' || !isObjectLiteral(definition)) {
    throw new Error(`${set}: registerType needs a string literal and an object literal`);
  }
  return { type, definition };
}

export function isObjectLiteral(value: unknown): value is ObjectLiteral {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof FunctionLiteral);
}

/** The property definitions of a node by name. */
export function defaults(set: string): Record<string, ObjectLiteral> {
  const found = registration(set).definition['defaults'];
  if (!isObjectLiteral(found)) {
    throw new Error(`${set}: defaults must be an object literal`);
  }
  const result: Record<string, ObjectLiteral> = {};
  for (const [name, definition] of Object.entries(found)) {
    if (!isObjectLiteral(definition)) {
      throw new Error(`${set}: the default of ${name} must be an object literal`);
    }
    result[name] = definition;
  }
  return result;
}

/** The value of a literal: text, number, boolean, null, array, object, or a FunctionLiteral. */
function literal(node: ts.Node): unknown {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return node.text;
  }
  if (ts.isNumericLiteral(node)) {
    return Number(node.text);
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
    return node.kind === ts.SyntaxKind.TrueKeyword;
  }
  if (node.kind === ts.SyntaxKind.NullKeyword) {
    return null;
  }
  if (ts.isArrayLiteralExpression(node)) {
    return node.elements.map(literal);
  }
  if (ts.isFunctionExpression(node)) {
    return new FunctionLiteral(node.parameters.length, node.getText());
  }
  if (ts.isObjectLiteralExpression(node)) {
    const result: ObjectLiteral = {};
    for (const property of node.properties) {
      if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) {
        throw new Error(`only plain properties are allowed: ${property.getText()}`);
      }
      result[property.name.text] = literal(property.initializer);
    }
    return result;
  }
  throw new Error(`not a literal: ${node.getText()}`);
}

/** The en-US texts of a set as flat keys such as `label.source`. */
export function catalogue(set: string): Map<string, string> {
  return flatten(JSON.parse(readText('nodes', set, 'locales', 'en-US', `${set}.json`)) as unknown);
}

export function flatten(value: unknown, prefix = ''): Map<string, string> {
  const result = new Map<string, string>();
  if (typeof value !== 'object' || value === null) {
    throw new Error(`the catalogue holds something that is neither text nor group at ${prefix}`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof inner === 'string') {
      result.set(key, inner);
    } else {
      flatten(inner, key).forEach((text, innerKey) => result.set(innerKey, text));
    }
  }
  return result;
}
