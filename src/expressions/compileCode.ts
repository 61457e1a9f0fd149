import type { Context } from './Context';
import { ExpressionError } from './ExpressionError';
import { JavaScriptFunction } from './JavaScriptFunction';
import { type Evaluation, JSONataFunction } from './JSONataFunction';

/** User code as text. */
export interface CodeText {
  readonly lang: 'javascript' | 'jsonata';
  readonly source: string;
}

export interface CompileOptions {
  /** Names the code in stack traces. */
  readonly nodeId: string;
  /** Where Node-RED's own `@node-red/util` is found; JSONata needs it. */
  readonly utilPath?: string;
  /**
   * The names under which JavaScript finds what it is called with, `['msg']` when left out; `ctx` comes on top. Code with
   * others is called by `apply`, with one value for each. JSONata finds values as properties of its root, whatever is said here.
   */
  readonly parameters?: readonly string[];
  /** Whether JavaScript makes sense here that never returns a value. */
  readonly mayReturnNothing?: boolean;
}

/** User code, ready to run over records. */
export type CompiledCode =
  | {
      readonly kind: 'synchronous';
      /** Whether the code provably never writes to the record, or the values, that it is given; if not, it needs copies. */
      readonly neverWrites: boolean;
      /** Whether each result is a payload, even an object with a payload of its own (JSONata). */
      readonly givesPayloads: boolean;
      call(msg: unknown, ctx: Context): unknown;
      /** For code with other parameters than `msg`: one value for each, in their order. */
      apply(values: readonly unknown[], ctx: Context): unknown;
    }
  | {
      readonly kind: 'asynchronous';
      /** What keeps it from being compiled and called at once, in the user's words: `$map()`. */
      readonly interpretedFor?: string;
      evaluateAll(records: readonly unknown[], ctx: Context): Promise<Evaluation[]>;
    };

/**
 * Compiles user code once.
 * @throws ExpressionError where the code is empty, not valid, or never returns
 */
export function compileCode(code: CodeText, options: CompileOptions): CompiledCode {
  if (code.source.trim() === '') {
    throw new ExpressionError(
      code.lang === 'javascript' ? 'The function is empty.' : 'The expression is empty.',
      '',
      code.lang === 'javascript' ? `Write at least "return ${options.parameters?.[0] ?? 'msg'};".` : 'Write at least "payload".',
    );
  }
  return code.lang === 'javascript'
    ? new JavaScriptFunction(code.source, options.nodeId, options.parameters, options.mayReturnNothing)
    : jsonata(code.source, options);
}

/** Compiled where that is known to give the same as the interpreter: for one record after the other, and most expressions. */
function jsonata(source: string, options: CompileOptions): CompiledCode {
  const interpreted = new JSONataFunction(source, options.nodeId, options.utilPath);
  if (options.parameters !== undefined) return interpreted;
  const compiled = interpreted.compile();
  if (typeof compiled !== 'string') return compiled;
  return { kind: 'asynchronous', interpretedFor: compiled, evaluateAll: (records, ctx) => interpreted.evaluateAll(records, ctx) };
}
