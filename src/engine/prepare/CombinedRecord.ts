import type { PortableGroups } from '../../operators/window/GroupColumns';
import { DataRecord } from '../DataRecord';

/** How many records came to a combined one, and what became of those that are not in its groups. */
export interface CombinedCounts {
  readonly taken: number;
  /** Values that their aggregate did not accept. */
  readonly skipped: number;
  /** Records whose key could not be used. */
  readonly failed: number;
}

/**
 * Stands for many records that were combined by key where they had been computed. It goes to the one operator that it was
 * made for, and nobody else sees it.
 */
export class CombinedRecord extends DataRecord {
  readonly groups: PortableGroups;
  readonly counts: CombinedCounts;

  constructor(groups: PortableGroups, counts: CombinedCounts) {
    super(undefined, '', null, 0, 0);
    this.groups = groups;
    this.counts = counts;
  }
}
