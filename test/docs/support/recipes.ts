import { codeBlocks, readPage, sectionsOf, tableOf, withoutTicks } from './markdown';

/** A node of a recipe, with the settings that are not as they are when it is dropped. */
export interface RecipeNode {
  readonly set: string;
  readonly settings: readonly (readonly [label: string, value: string])[];
}

/** Something that comes in or goes out with a batch; batches count from 1. */
export interface Row<T> {
  readonly batch: number;
  readonly value: T;
}

/** A recipe of docs/how-to.md. */
export interface Recipe {
  readonly name: string;
  readonly nodes: readonly RecipeNode[];
  /** The one function of the recipe. */
  readonly code: string | undefined;
  readonly input: readonly Row<{ readonly topic: string; readonly payload: unknown }>[];
  readonly output: readonly Row<unknown>[];
  readonly text: string;
}

export function recipes(): Recipe[] {
  return sectionsOf(readPage('docs/how-to.md')).map(({ heading, text }) => ({
    name: heading,
    nodes: tableOf(text, ['node', 'settings']).map(([set = '', settings = '']) => ({ set, settings: settingsIn(settings) })),
    code: codeBlocks(text, 'js')[0],
    input: tableOf(text, ['batch', 'topic', 'payload']).map(([batch, topic = '', payload = '']) => ({
      batch: Number(batch),
      value: { topic: withoutTicks(topic), payload: JSON.parse(withoutTicks(payload)) as unknown },
    })),
    output: tableOf(text, ['batch', 'what comes out']).map(([batch, value = '']) => ({
      batch: Number(batch),
      value: JSON.parse(withoutTicks(value)) as unknown,
    })),
    text,
  }));
}

/** `*Length*: 3 seconds; *Every*: 1 second` */
function settingsIn(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/\*([^*]+)\*: ([^;]+)/g)].map(([, label = '', value = '']) => [label, value] as const);
}
