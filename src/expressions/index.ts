export { type CodeText, type CompiledCode, type CompileOptions, compileCode } from './compileCode';
export type { Context } from './Context';
export { copyValue, COPY_DEPTH_LIMIT } from './copy';
export { ExpressionError, type SourcePosition } from './ExpressionError';
export { positionOf } from './JavaScriptFunction';
export type { Evaluation } from './JSONataFunction';
export { compileProperty, type Getter } from './property';
export { seededRandom } from './random';
