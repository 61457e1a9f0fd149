/** The multiples of `slide` (ms since the epoch) between two times, both left out. */
export function closingTimes(after: number, before: number, slide: number): number[] {
  const times: number[] = [];
  for (let time = (Math.floor(after / slide) + 1) * slide; time < before; time += slide) times.push(time);
  return times;
}
