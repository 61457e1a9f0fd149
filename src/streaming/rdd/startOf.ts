/** Where a part (0, 1, 2, ...) begins when things are cut into parts of nearly equal size, neighbours staying together. */
export function startOf(part: number, parts: number, things: number): number {
  return Math.floor((part * things) / parts);
}
