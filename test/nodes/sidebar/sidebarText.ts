import type { Translate } from '../../../nodes/shared/editor/translate';
import { readText } from '../editor/palette';

const catalogue: unknown = JSON.parse(readText('nodes', 'sidebar', 'locales', 'en-US', 'sidebar.json'));

/** The sidebar's texts as an editor in English shows them; fails for one that the catalogue does not have. */
export const sidebarText: Translate = (key, values = {}) => {
  const found = key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], catalogue);
  if (typeof found !== 'string') throw new Error(`The sidebar has no text "${key}"`);
  return found.replace(/__(\w+?)__/g, (_, name: string) => String(values[name]));
};
