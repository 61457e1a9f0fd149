/** A column with room for a row: itself, or a copy of at least twice the length. */
export function grownTo<Column extends Int32Array | Float64Array>(row: number, column: Column): Column {
  if (row < column.length) return column;
  const grown = new (column.constructor as new (length: number) => Column)(Math.max(32, 2 * column.length, row + 1));
  grown.set(column);
  return grown;
}
