import { storedNumber, StoredSections } from '../StoredSections';
import type { StateSection, StoredState } from '../StoredState';

/** Of what is stored. Version n reads n and, once there is one, n - 1. */
const VERSION = 1;

/** From when on a receiver's records are known. */
export class FirstBatch implements StoredState {
  /** The beginning of its first batch, ms since the epoch. */
  begin: number | undefined;

  sections(): readonly StateSection[] {
    const head = { version: VERSION, begin: this.begin };
    return [{ name: 'head', data: () => head }];
  }

  restore(stored: ReadonlyMap<string, unknown>): void {
    const { begin } = new StoredSections(stored).head(VERSION);
    this.begin = begin === undefined ? undefined : storedNumber(begin, 'head begin');
  }
}
