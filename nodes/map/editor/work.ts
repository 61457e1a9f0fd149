import { jsonataCode } from '../../shared/editor/preview/jsonata';
import type { MapMode, PreviewWork } from '../../shared/editor/preview/messages';

const MODES: readonly MapMode[] = ['map', 'flatMap', 'filter', 'keyBy', 'batch'];

/** What the dialog says is to be done with each record; undefined while there is no code. */
export function mapWork(mode: string, lang: string, source: string): PreviewWork | undefined {
  if (source.trim() === '') return undefined;
  const known = MODES.find((one) => one === mode) ?? 'map';
  return { kind: 'map', mode: known, code: lang === 'jsonata' ? jsonataCode(source) : { lang: 'javascript', source } };
}
