import { decode, encode } from '../../../src/durability';
import type { DataRecord } from '../../../src/engine/DataRecord';
import { ORDER } from '../../../src/engine/DataRecord';
import { encodeSection } from '../../../src/engine/encodeSection';
import type { StateSection, StoredState } from '../../../src/engine/StoredState';

/** A state's sections as they come out of a file. */
export function stored(state: StoredState): Map<string, unknown> {
  return decoded(state.sections());
}

export function decoded(sections: readonly StateSection[]): Map<string, unknown> {
  return new Map(sections.map((section) => [section.name, decode(encodeSection('node', section))]));
}

/** Bytes of all that can be seen of records: two lists have the same exactly when they are equal to the last bit. */
export function bytesOf(records: readonly DataRecord[]): string {
  return encode(records.map((record) => [record.payload, record.topic, record.key, record.time, record[ORDER]])).toString('hex');
}
