import type { LostRecords, SalvageAnswer } from '../../../src/flow/monitor/snapshot';
import { askFor } from './askFor';
import { element } from './dom';
import type { EditorHost } from './EditorHost';
import { formatCount } from './formats';

/** So many places, or ranges of records, are told one by one. */
const MOST_LINES = 5;

/** Says where the log of a graph is damaged and what a salvage would lose, and asks whether it is to be done. */
export function askForSalvage(host: EditorHost, loss: SalvageAnswer, onConfirm: () => void): void {
  const { text } = host;
  const lines = [text('salvage.question'), ...damageLines(host, loss), ...lossLines(host, loss), text('salvage.keeps')];
  askFor(host, {
    content: lines.map((line) => element('p', '', line)),
    cancel: 'salvage.cancel',
    confirm: 'salvage.confirm',
    onConfirm: () => {
      onConfirm();
      return true;
    },
  });
}

function damageLines({ text }: EditorHost, { damage }: SalvageAnswer): readonly string[] {
  const lines = damage.slice(0, MOST_LINES).map(({ file, offset, bytes }) => text('salvage.damage', { file, byte: offset, bytes: formatCount(bytes) }));
  return damage.length > MOST_LINES ? [...lines, text('salvage.more', { count: formatCount(damage.length - MOST_LINES) })] : lines;
}

function lossLines(host: EditorHost, { batches, packetsInDoubt, records, unassigned, unknownFrom, unreadable }: SalvageAnswer): readonly string[] {
  const { text } = host;
  const ranges = (lost: readonly LostRecords[]): string => {
    const told = lost.slice(0, MOST_LINES).map(({ receiver, first, last }) => text('salvage.range', { node: host.label(receiver), first, last }));
    return [...told, ...(lost.length > MOST_LINES ? ['…'] : [])].join(', ');
  };
  return [
    text('salvage.records', { count: formatCount(records) }),
    ...(unreadable.length === 0 ? [] : [text('salvage.unreadable', { ranges: ranges(unreadable) })]),
    ...(unassigned.length === 0 ? [] : [text('salvage.unassigned', { ranges: ranges(unassigned) })]),
    ...(batches.length === 0 ? [] : [text('salvage.batches', { count: formatCount(batches.length) })]),
    ...(unknownFrom.length === 0 ? [] : [text('salvage.unknown', { nodes: unknownFrom.map(({ receiver }) => host.label(receiver)).join(', ') })]),
    ...(packetsInDoubt === 0 ? [] : [text('salvage.packets', { count: formatCount(packetsInDoubt) })]),
  ];
}
