import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as ts from 'typescript';
import { packageRoot } from '../support/packageRoot';

/** Calls that read a text as markup. */
const MARKUP = new Set([
  'html', 'append', 'prepend', 'before', 'after', 'appendTo', 'prependTo', 'insertBefore', 'insertAfter', 'replaceWith', 'replaceAll', 'wrap', 'wrapAll', 'wrapInner',
  'insertAdjacentHTML', 'parseHTML', 'createContextualFragment', 'setHTMLUnsafe', 'write', 'writeln', 'notify',
]);

/** Those of them that are something else, and safe, where a node of the browser's has them. */
const TAKES_NODES = new Set(['append', 'prepend', 'before', 'after', 'replaceWith']);

/** Our own functions that hand their first parameter to `$`: what they are called with is looked at instead. */
const SELECTING = new Set(['whenChanged']);

/** Properties that read a text as markup or code when they are set. */
const MARKUP_PROPERTIES = new Set(['innerHTML', 'outerHTML', 'srcdoc', 'onerror', 'onclick', 'onload']);

/** Attributes that cannot make code of their value. `title` shows it as it is. */
const HARMLESS = /^(role|class|title|x|y|stroke-width|(aria|data)-[a-z]+)$/;

/** Whether a call sets an attribute with a harmless name that stands there: `node.setAttribute(name, ...)`, or our own `setAttribute(node, name, ...)`. */
function setsHarmless(call: ts.CallExpression): boolean {
  const name = call.arguments[ts.isPropertyAccessExpression(call.expression) ? 0 : 1];
  return name !== undefined && ts.isStringLiteral(name) && HARMLESS.test(name.text);
}

/** Whether an expression is a text that stands in the source as it is: nothing a user, a message or a broker says is in it. */
function isFixed(expression: ts.Expression): boolean {
  return ts.isStringLiteral(expression) || ts.isNoSubstitutionTemplateLiteral(expression);
}

/** Each place where something that is not fixed may be read as markup: line and source. */
function findings(file: ts.SourceFile, checker: ts.TypeChecker): string[] {
  const found: string[] = [];
  const report = (node: ts.Node): void => {
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    found.push(`${file.fileName.split(/[\\/]/).slice(-2).join('/')}:${String(line)} ${node.getText(file).slice(0, 80)}`);
  };
  /** A node or a widget, which is put in place as it is, or a text that is known to be a selector. */
  const isSafe = (expression: ts.Expression): boolean => {
    if (isFixed(expression)) return true;
    // A selector that begins as one cannot become markup.
    if (ts.isTemplateExpression(expression)) return /^[.#]/.test(expression.head.text);
    const type = checker.getTypeAtLocation(expression);
    if (type.isStringLiteral()) return !type.value.includes('<');
    return (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) === 0 && !type.isUnion();
  };
  /** Whether this is the first parameter of one of our own functions that select. */
  const isSelectors = (expression: ts.Expression | undefined): boolean => {
    const declaration = expression === undefined ? undefined : checker.getSymbolAtLocation(expression)?.valueDeclaration;
    const owner = declaration?.parent;
    return owner !== undefined && ts.isFunctionDeclaration(owner) && SELECTING.has(owner.name?.text ?? '') && owner.parameters[0] === declaration;
  };
  /** Where the browser's own `append` and the like are called: texts become text there. jQuery's read them as markup. */
  const isBrowsers = (called: ts.Expression): boolean => {
    const of = ts.isPropertyAccessExpression(called) ? checker.getTypeAtLocation(called.expression) : undefined;
    return of?.getProperty('nodeType') !== undefined;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression;
      const name = ts.isPropertyAccessExpression(called) ? called.name.text : ts.isIdentifier(called) ? called.text : '';
      const takesNodes = TAKES_NODES.has(name) && isBrowsers(called);
      if ((MARKUP.has(name) && ts.isPropertyAccessExpression(called) && !takesNodes) || name === '$' || name === 'jQuery' || SELECTING.has(name)) {
        if (!node.arguments.slice(0, 1).every((argument) => isSafe(argument) || isSelectors(argument))) report(node);
      }
      if (name === 'eval' || (name === 'setAttribute' && !setsHarmless(node))) report(node);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && node.operatorToken.kind <= ts.SyntaxKind.LastAssignment) {
      if (ts.isPropertyAccessExpression(node.left) && MARKUP_PROPERTIES.has(node.left.name.text)) report(node);
    }
    if (ts.isNewExpression(node) && node.expression.getText(file) === 'Function') report(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function findingsIn(files: readonly string[], options: ts.CompilerOptions, host?: ts.CompilerHost): string[] {
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();
  return files.flatMap((name) => {
    const file = program.getSourceFile(name);
    if (file === undefined) throw new Error(`${name} was not read.`);
    return findings(file, checker);
  });
}

/** The findings in one text, with an editor's globals declared. */
function findingsOf(source: string): string[] {
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, strict: true, noLib: true };
  const host = ts.createCompilerHost(options);
  const file = ts.createSourceFile('example.ts', `interface Widget { html(text: string): Widget }\ndeclare const name: string, widget: Widget;\n${source}`, ts.ScriptTarget.ES2022, true);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...more) => (path === 'example.ts' ? file : read(path, ...more));
  return findingsIn(['example.ts'], options, host);
}

/** What is known, and why it is well. */
const KNOWN = [
  // The preview runs the code on the screen, which is its purpose, in a worker inside a frame that can reach nothing. The frame's page
  // and attributes are fixed texts.
  "preview/Sandbox.ts:48 frame.setAttribute('sandbox', 'allow-scripts')",
  'preview/Sandbox.ts:51 frame.srcdoc = PAGE',
  'preview/browserVm.ts:11 new Function(',
  'preview/syntaxPlace.ts:26 worker.onerror = (event) =>',
  // Their callers are looked at, or name the attributes of shapes.
  'editor/dom.ts:19 target.setAttribute(name, value)',
  'canvas/badgeElement.ts:12 frame.setAttribute(name, String(value))',
  'plan/Rail.ts:82 made.setAttribute(name, String(value))',
];

describe('hostile names in the editor', function () {
  // The compiler reads all editor code with its types.
  this.timeout(60_000);
  const folder = join(packageRoot, 'nodes');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));

  it('would be found by this test where they were read as markup', () => {
    const wrong = [
      'widget.html(name);', 'widget.html(`<b>${name}</b>`);', 'widget.html("<b>" + name);', 'widget.append(name);', '$(name);', '$(`<option>${name}`);', '$("<i>" + name);',
      'widget.innerHTML = name;', 'RED.notify(name);', 'eval(name);', 'new Function(name);', 'document.write(name);', 'widget.setAttribute("onclick", name);',
      'whenChanged(name, update);',
    ];
    for (const source of wrong) expect(findingsOf(source), source).to.have.length(1);
    const right = ['widget.html("<b>fixed</b>");', 'widget.append(widget);', '$("#fixed");', '$(`.of-${name}`);', '$("<div>", { text: name });', 'widget.text(name);', 'whenChanged("#fixed", name);'];
    for (const source of right) expect(findingsOf(source), source).to.deep.equal([]);
  });

  it('are never read as markup by the editor code', () => {
    const sources = files.filter((path) => path.endsWith('editor.ts') || (/[\\/]editor[\\/]/.test(path) && path.endsWith('.ts')));
    expect(sources.length).to.be.above(80);
    const settings = ts.readConfigFile(join(folder, 'tsconfig.editor.json'), (path) => ts.sys.readFile(path));
    const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, folder);
    const found = findingsIn(sources, options);
    expect(found.filter((finding) => !KNOWN.some((known) => finding.startsWith(known)))).to.deep.equal([]);
    expect(KNOWN.filter((known) => !found.some((finding) => finding.startsWith(known)))).to.deep.equal([]);
  });

  it('are never read as markup by the pages: these only register, and call the editor code', () => {
    const pages = files.filter((path) => path.endsWith('.html') && !path.includes('locales'));
    expect(pages).to.have.length(12);
    for (const path of pages) {
      const page = readFileSync(path, 'utf8');
      for (const [, script] of page.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)) {
        expect(findingsOf(script ?? ''), path).to.deep.equal([]);
      }
      // Markup carries no code of its own, and loads nothing from elsewhere.
      expect(page.replace(/<script type="text\/javascript">[\s\S]*?<\/script>/g, ''), path).not.to.match(/\son\w+=|javascript:|https?:\/\//i);
    }
  });

  it('find no code and no foreign address in help and texts', () => {
    const texts = files.filter((path) => path.includes('locales') && /\.(html|json)$/.test(path));
    expect(texts).to.have.length.at.least(14);
    for (const path of texts) {
      const text = readFileSync(path, 'utf8').replace(/<script type="text\/(html|markdown)"[^>]*>/g, '');
      expect(text, path).not.to.match(/<script|<iframe|<img|\son\w+=|javascript:/i);
    }
  });

  it('are safe from icons: these hold shapes alone', () => {
    const icons = join(packageRoot, 'icons');
    for (const name of readdirSync(icons)) {
      const icon = readFileSync(join(icons, name), 'utf8').replace('http://www.w3.org/2000/svg', '');
      expect(icon, name).not.to.match(/<script|<foreignObject|\son\w+=|href|https?:|<!ENTITY/i);
    }
  });
});
