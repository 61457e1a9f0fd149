// What ESLint checks. Imports between folders are checked by dependency-cruiser (.dependency-cruiser.cjs).
// Paths are relative to the folder that ESLint runs in, so that test/scripts/layers.test.ts can run it on a tree of its own.
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** Pure folders: what they do depends on what they are given, so a simulated clock and disk can drive them. */
const PURE = ['src/streaming/**/*.ts', 'src/operators/**/*.ts', 'src/durability/**/*.ts', 'src/plan/**/*.ts', 'src/ports/*.ts'];

const EDITOR = ['nodes/*/editor.ts', 'nodes/*/editor/**/*.ts'];
const EDITOR_PROJECT = 'nodes/tsconfig.editor.json';

const viaPort = (name, port) => ({ name, message: `Pure code takes ${port} instead, so that tests can drive it.` });

const clock = 'a Clock (src/ports/Clock.ts)';

/** Compiled strings are user code, and user code belongs in src/expressions. */
const noStringsAsCode = { 'no-eval': 'error', 'no-implied-eval': 'off', '@typescript-eslint/no-implied-eval': 'error', 'no-new-func': 'error' };

export default tseslint.config(
  { ignores: ['dist/', 'resources/', 'coverage/', '.cache/', '**/node_modules/'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-control-regex': 'off',
      'no-debugger': 'error',
      'no-duplicate-case': 'error',
      'no-empty-pattern': 'error',
      'no-fallthrough': 'error',
      'no-irregular-whitespace': 'error',
      'no-loss-of-precision': 'error',
      'no-return-assign': 'error',
      'no-self-assign': 'error',
      'no-sparse-arrays': 'error',
      'no-unreachable': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-escape': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'use-isnan': 'error',
      'valid-typeof': 'error',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: process.cwd() } },
    rules: {
      ...noStringsAsCode,
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers in messages are meant; everything else that is not a string is more likely a mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A loop that only a `return` ends is the plainest form of some state machines.
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // T: where an interface is extended from another file, its type parameters must be repeated, used or not.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^(_|T$)' }],
      // What user code throws, or a promise was rejected with, is passed on as it is.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowThrowingAny: false }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true, allowThrowingAny: false }],
      // An object type and an interface differ in what they are assignable to; both have their place, as have both spellings
      // of a fixed property.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/class-literal-property-style': 'off',
      // An interface method that a class has nothing to do for.
      '@typescript-eslint/no-empty-function': 'off',
      // `?.['name']` is what noPropertyAccessFromIndexSignature and plain records ask for; both spellings are clear.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'].map((name) =>
          viaPort(name, clock),
        ),
        ...['performance', 'queueMicrotask'].map((name) => viaPort(name, clock)),
        viaPort('process', 'what it needs as a parameter'),
        viaPort('console', 'a listener'),
        viaPort('fetch', 'a port'),
        viaPort('crypto', 'a Random (src/ports/Random.ts)'),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: `Pure code takes ${clock} instead.` },
        { object: 'Math', property: 'random', message: 'Pure code takes a Random (src/ports/Random.ts) instead.' },
        ...['setTimeout', 'setInterval', 'setImmediate', 'process', 'performance', 'console', 'Date'].map((property) => ({
          object: 'globalThis',
          property,
          message: 'Pure code takes a port instead.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
          message: `Pure code takes ${clock} instead.`,
        },
        { selector: 'ImportExpression', message: 'Pure code imports nothing at run time.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          // node:crypto and node:zlib compute from their input alone; dependency-cruiser says who may have them.
          paths: [
            { name: 'node:crypto', allowImportNames: ['createHash'], message: 'Pure code may only hash.' },
            { name: 'node:zlib', allowImportNames: ['crc32'], message: 'Pure code may only compute checksums.' },
          ],
          patterns: [
            {
              regex: `^(node:(?!(crypto|zlib)$)|(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})$)`,
              message: 'Pure code reaches the outside through ports only.',
            },
          ],
        },
      ],
    },
  },
  {
    // The one place where users' JavaScript becomes functions, its tests, which compare with plain JavaScript, and what stands for
    // node:vm in the browser.
    files: ['src/expressions/**/*.ts', 'test/expressions/**/*.ts', 'nodes/shared/editor/preview/browserVm.ts'],
    rules: { 'no-new-func': 'off', '@typescript-eslint/no-implied-eval': 'off' },
  },
  {
    // Makes functions of its own templates: what users wrote and what messages bring never becomes a part of them.
    files: ['src/streaming/rdd/compilePass.ts'],
    rules: { 'no-new-func': 'off', '@typescript-eslint/no-implied-eval': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // `expect(x).to.be.true` and the like.
      '@typescript-eslint/no-unused-expressions': 'off',
      // Tests know what is there; chai says so when it is not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      // `[...'abc']` spells short lists of names.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // A method handed over without its object is caught by the test that runs it.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  existsSync(EDITOR_PROJECT)
    ? { files: EDITOR, languageOptions: { parserOptions: { projectService: false, project: EDITOR_PROJECT } } }
    : { files: EDITOR, extends: [tseslint.configs.disableTypeChecked] },
);
