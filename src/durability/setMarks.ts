/**
 * Takes over what a source says of how far it has got, place by place.
 * @param known by source
 * @param marks by place; undefined forgets the place
 */
export function setMarks(known: Map<string, Map<string, unknown>>, source: string, marks: ReadonlyMap<string, unknown>): void {
  if (marks.size === 0) return;
  const places = known.get(source) ?? new Map<string, unknown>();
  known.set(source, places);
  for (const [place, mark] of marks) {
    if (mark === undefined) places.delete(place);
    else places.set(place, mark);
  }
}
