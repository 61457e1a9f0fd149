import type { DurabilityFigures } from '../engine/Engine';
import { ageText, bytesText } from '../plan/amounts';
import type { NodeStatus } from './StreamNode';
import { statusText } from './statusText';

/**
 * What a checkpoint shows: what keeps its graph from running or being safe, else how much is on the disk and how old the newest
 * checkpoint is.
 * @param now ms since the epoch
 */
export function durabilityStatus(figures: DurabilityFigures, now: number): NodeStatus {
  const { state, text } = figures;
  switch (state) {
    case 'opening':
      return { fill: 'blue', shape: 'ring', text: statusText(text === '' ? 'opening the log' : text) };
    case 'waiting':
      return { fill: 'yellow', shape: 'ring', text: statusText(`waiting: ${text === '' ? 'the folder is in use' : text}`) };
    case 'recovering':
      return { fill: 'blue', shape: 'dot', text: statusText(`recovering${text === '' ? batchesText(figures) : `: ${text}`}`) };
    case 'full':
      return { fill: 'red', shape: 'ring', text: statusText(`full: ${text === '' ? 'there is no room on the disk' : text}`) };
    case 'running':
      return runningStatus(figures, now);
  }
}

function batchesText({ recovered }: DurabilityFigures): string {
  return recovered === undefined ? '' : `: ${String(recovered.batches)} ${recovered.batches === 1 ? 'batch' : 'batches'}`;
}

function runningStatus(figures: DurabilityFigures, now: number): NodeStatus {
  const { text, logBytes, checkpointBytes, checkpointTime, deadLetters } = figures;
  const log = `log ${bytesText(logBytes)}`;
  const state = checkpointTime === undefined
    ? 'no checkpoint yet'
    : `state ${bytesText(checkpointBytes)} · ${ageText(now - checkpointTime)} ago`;
  // What the engine has to say counts more than figures that will be there in a second again.
  if (text !== '') return { fill: 'yellow', shape: 'dot', text: statusText(`${log} · ${text}`) };
  const lost = (figures.deadLettersRemoved ?? 0) + (figures.deadLettersRefused ?? 0);
  if (lost > 0) {
    const kept = deadLetters === 0 ? '' : `, ${String(deadLetters)} kept`;
    return { fill: 'yellow', shape: 'dot', text: statusText(`dead letters: ${String(lost)} lost${kept} · ${log} · ${state}`) };
  }
  if (figures.deadLettersProblem !== undefined) {
    return { fill: 'yellow', shape: 'dot', text: statusText(`dead letters: ${figures.deadLettersProblem} · ${log}`) };
  }
  if (deadLetters === 0) return { fill: 'green', shape: 'dot', text: statusText(`${log} · ${state}`) };
  const dead = `${String(deadLetters)} dead ${deadLetters === 1 ? 'letter' : 'letters'}`;
  return { fill: 'yellow', shape: 'dot', text: statusText(`${dead} · ${log} · ${state}`) };
}
