import './red';

export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/**
 * The texts of one node set.
 * Never pass what a user typed as a value: Node-RED puts some of these texts into tooltips as HTML.
 */
export function translator(set: string): Translate {
  return (key, values) => RED._(`@dstream/node-red-dstream/${set}:${key}`, values);
}
