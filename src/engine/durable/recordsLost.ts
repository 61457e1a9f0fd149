import { countOf, type RecordSpan, type SalvageNote } from '../../durability';
import type { Problem } from '../../plan/Problem';

/** So many ranges are told one by one. */
const MOST_SPANS = 8;

/** What a graph has not any more since its log was salvaged. Told at each start, as long as the log says so. */
export function recordsLost(checkpoint: string, note: SalvageNote): Problem {
  const { time, damage, unreadable, unassigned, unknownFrom, batches, packetsInDoubt } = note;
  const lost = countOf(unreadable) + countOf(unassigned);
  const [first] = damage;
  const more = damage.length > 1 ? `, and ${String(damage.length - 1)} more` : '';
  const where = first === undefined ? '' : ` Damage: ${first.file}, byte ${String(first.offset)}${more}.`;
  const times = batches.slice(0, MOST_SPANS).map((batch) => new Date(batch).toISOString()).join(', ');
  const parts = [
    `The log was salvaged at ${new Date(time).toISOString()}, and ${records(lost)} ${lost === 1 ? 'was' : 'were'} lost.${where}`,
    ...told('Unreadable', unreadable),
    ...told('Readable, but their batch was not', unassigned),
    ...[...unknownFrom].map(([source, from]) => `Of receiver "${source}", records from ${String(from)} on may be missing.`),
    ...(batches.length === 0 ? [] : [`Batches that cannot be run again: ${times}.`]),
    ...(packetsInDoubt === 0 ? [] : [`Packet ids of which it is unknown whether they were released: ${String(packetsInDoubt)}.`]),
  ];
  return {
    nodeId: checkpoint,
    code: 'records-lost',
    what: parts.join(' '),
    why: 'Somebody had the damaged log salvaged: everything else was kept, in its order and in its batches, and nothing comes twice.',
    fix: 'Look at the disk: bits do not turn by themselves. The files as they were are in the quarantine folder of the graph.',
  };
}

function records(count: number): string {
  return count === 1 ? '1 record' : `${String(count)} records`;
}

function told(what: string, spans: readonly RecordSpan[]): readonly string[] {
  if (spans.length === 0) return [];
  const ranges = spans.slice(0, MOST_SPANS).map(({ source, begin, end }) => `"${source}" ${String(begin)} to ${String(end - 1)}`);
  return [`${what}: ${ranges.join(', ')}${spans.length > MOST_SPANS ? ', ...' : ''}.`];
}
