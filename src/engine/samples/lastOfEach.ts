import { type DataRecord, ORDER } from '../DataRecord';

/**
 * The last records of several inputs, newest last. Each input gets its share, so that one with many records does not hide the others;
 * what some leave over goes to the rest.
 * @param inputs newest last
 * @param most how many records in all
 */
export function lastOfEach(inputs: readonly (readonly DataRecord[])[], most: number): readonly DataRecord[] {
  const chosen: DataRecord[] = [];
  const longest = Math.max(0, ...inputs.map(({ length }) => length));
  for (let back = 1; back <= longest && chosen.length < most; back++) {
    for (const input of inputs) {
      const record = input.at(-back);
      if (record !== undefined && chosen.length < most) chosen.push(record);
    }
  }
  // Turned round first: records of equal order stay as they came.
  return chosen.reverse().sort((one, other) => one[ORDER] - other[ORDER]);
}
