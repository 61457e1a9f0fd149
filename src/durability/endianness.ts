const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Files hold the elements of typed arrays lowest byte first, whatever the machine does. */
export const endianness = {
  /** The bytes of elements turned from the machine's order into that of files, or back. The bytes themselves stay as they are. */
  inFile(bytes: Uint8Array, elementSize: number): Uint8Array {
    return isLittle ? bytes : swapped(bytes, elementSize);
  },
};

/** The bytes of each element in the other order. */
export function swapped(bytes: Uint8Array, elementSize: number): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) {
    const place = index % elementSize;
    result[index - place + (elementSize - 1 - place)] = bytes[index] ?? 0;
  }
  return result;
}
