import { canonicalJson } from '../../../src/plan/canonical';
import { AGGREGATE_PARAMETERS } from '../../../src/plan/names';
import { toMilliseconds } from './durations';
import { asText, isEmpty } from './numbers';

/** Durations in ms. */
export interface Span {
  readonly length: number;
  readonly slide: number;
}

/** One output of an aggregation. */
export interface Output {
  readonly as: string;
  /** Two outputs with the same text fold the same values in the same way, whatever they are called. */
  readonly folds: string;
}

/**
 * By type: the settings of a node that what it remembers depends on, as a text; undefined where the dialog holds something that
 * cannot be read. Nothing else of a node counts, though the engine looks at what stands in front of it too. The outputs of an
 * aggregation are each remembered by themselves: see `outputsOf`.
 */
export const STATE_SETTINGS: Readonly<Record<string, (node: object) => string | undefined>> = {
  'dstream-window': (node) => {
    const span = spanOf(node);
    return span === undefined ? undefined : canonicalJson(span);
  },
  'dstream-reduceByKey': (node) => canonicalJson(keyOf(node)),
  'dstream-state': (node) =>
    canonicalJson({ key: keyOf(node), mode: choice(node, 'mode', 'update'), source: asText(Reflect.get(node, 'func')) }),
};

/** How long a window is and how often it gives its records; undefined where that cannot be read. */
export function spanOf(window: object): Span | undefined {
  const length = durationOf(window, 'length', 10);
  const slide = choice(window, 'mode', 'tumbling') === 'sliding' ? durationOf(window, 'slide', 1) : length;
  return length === undefined || slide === undefined ? undefined : { length, slide };
}

/** ms; undefined where it cannot be read. */
export function intervalOf(batcher: object): number | undefined {
  return durationOf(batcher, 'interval', 1);
}

/** The folder below which a checkpoint node keeps what its graph remembers. */
export function folderOf(checkpoint: object): string {
  return asText(Reflect.get(checkpoint, 'path')).trim() || 'dstream';
}

/** What a reduceByKey gives for each key. */
export function outputsOf(reduceByKey: object): Output[] {
  const rows: unknown = Reflect.get(reduceByKey, 'aggregates');
  return Array.isArray(rows) ? rows.filter((row) => typeof row === 'object' && row !== null).map(outputOf) : [];
}

function outputOf(row: object): Output {
  const text = (name: string): string => asText(Reflect.get(row, name));
  const aggregate = text('aggregate');
  const rule = AGGREGATE_PARAMETERS.get(aggregate);
  const given: unknown = Reflect.get(row, 'parameter');
  const folds = canonicalJson({
    aggregate,
    of: aggregate === 'count' && text('of').trim() === '' ? 'records' : valueOf(text('of'), choice(row, 'ofType', 'msg')),
    // Which percentile is asked for only when the window closes.
    ...(rule === undefined || aggregate === 'percentile' ? {} : { parameter: isEmpty(given) ? rule.otherwise : asText(Number(given)) }),
    ...(aggregate === 'reduce' ? { reduce: text('reduce') } : {}),
  });
  return { as: text('as').trim(), folds };
}

function keyOf(node: object): object {
  const type = choice(node, 'keyType', 'key');
  return type === 'key' ? { type } : valueOf(asText(Reflect.get(node, 'key')), type);
}

/** A property is the same with and without `msg.` in front. */
function valueOf(text: string, type: string): object {
  return { type, text: type === 'msg' ? text.trim().replace(/^msg\./, '') : text };
}

function durationOf(node: object, name: string, otherwise: number): number | undefined {
  return toMilliseconds(Reflect.get(node, name) ?? otherwise, choice(node, `${name}Units`, 's'));
}

function choice(node: object, name: string, otherwise: string): string {
  return asText(Reflect.get(node, name)) || otherwise;
}
