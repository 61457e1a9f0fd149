/** The labels, each with the id behind it where another one is the same: things without a name are easily labelled alike. */
export function tellApart(labelled: readonly { readonly id: string; readonly label: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { label } of labelled) counts.set(label, (counts.get(label) ?? 0) + 1);
  return labelled.map(({ id, label }) => (counts.get(label) === 1 ? label : `${label}, ${id}`));
}
