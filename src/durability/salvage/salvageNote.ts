import type { NoteEntry } from '../entries';
import type { Loss } from './Damage';

const ABOUT = 'salvage';

/** What a salvaged log says of itself, in its first frame. In files: only ever add to it. */
export interface SalvageNote extends Loss {
  /** Names the wish. */
  readonly id: string;
  /** ms since the epoch */
  readonly time: number;
}

export function salvageNote(note: SalvageNote): NoteEntry {
  return { kind: 'note', about: ABOUT, data: note };
}

/** @returns undefined for a note about something else */
export function readSalvageNote({ about, data }: NoteEntry): SalvageNote | undefined {
  return about === ABOUT ? (data as SalvageNote) : undefined;
}
