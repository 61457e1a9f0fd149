import { BATCH, WINDOW } from './drawing';
import { faults } from './faults';
import { BROKER_IN_FLIGHT, type KillResult } from './runKills';
import type { Verdict } from './verifyLedger';
import type { ResultVerdict } from './verifyResults';

/** The middle, the slowest of a hundred, and the slowest: ms. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'not measured';
  const sorted = [...values].sort((first, second) => first - second);
  const at = (part: number): string => String(Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN));
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms (${String(values.length)} starts)`;
}

/** What a run has shown, for a person and for docs/reliability.md. */
export function reportOf(result: KillResult): string {
  const { options: { seed, rate, sensors, qos }, kills, seconds, control, graphs, redelivered, restarts, complaints } = result;
  const lines = [
    `seed ${String(seed)}: ${String(kills.flowing + kills.recovering + kills.starting)} kills (${String(kills.flowing)} while records flowed, ` +
      `${String(kills.recovering)} within half a second of the start of the flows, ${String(kills.starting)} before or around it) in ${seconds.toFixed(0)} s; QoS ${qos.join(' and ')}, ${String(rate)} messages/s of ${String(sensors)} sensors, batches of ${String(BATCH)} ms, ` +
      `windows of ${String(WINDOW.length)} ms every ${String(WINDOW.slide)} ms; mosquitto with max_inflight_messages ${String(BROKER_IN_FLIGHT)}, max_queued_messages 0 (no limit)`,
    '',
    row(['', 'published', 'found', 'lost', 'duplicated', 'unexplained', 'phantom', 'corrupted', 'out of order']),
    verdictRow('control: mqtt in', control),
  ];
  for (const [name, { records, lines: day }] of graphs) lines.push(verdictRow(`${name}, a file a batch`, records), verdictRow(`${name}, a file a day`, day));
  lines.push(`the broker delivered again at QoS 1: ${String(redelivered)}`);
  lines.push('', row(['', 'checked', 'missing', 'unexpected', 'wrong', 'repeated']));
  for (const [name, { windows, totals }] of graphs) lines.push(resultRow(`${name}, windows`, windows), resultRow(`${name}, totals`, totals));
  lines.push('', `process begun → flows started   ${spread(restarts.flows)}`, `flows started → all connected   ${spread(restarts.connected)}`);
  for (const [name, values] of Object.entries(restarts.firstBatch)) lines.push(`flows started → first new batch, ${name}: ${spread(values)}`);
  const examples = [
    ...control.examples.slice(0, 2).map((example) => `control: ${example}`),
    ...[...graphs].flatMap(([name, verdict]) => Object.entries(verdict).flatMap(([sink, { examples: all }]) => (all as readonly string[]).map((each) => `${name}, ${sink}: ${each}`))),
  ];
  if (examples.length > 0) lines.push('', 'Examples:', ...examples.map((each) => `  ${each}`));
  if (complaints.size > 0) lines.push('', 'Node-RED printed:', ...[...complaints].map(([line, times]) => `  ${String(times)} × ${line}`));
  const faulty = faults(result);
  lines.push('', ...(faulty.length === 0 ? ['Everything holds.'] : ['NOT what it must show:', ...faulty.map((each) => `  ${each}`)]));
  return lines.join('\n');
}

function verdictRow(name: string, { published, found, lost, unacknowledgedMissing, duplicated, unexplained, phantom, corrupted, outOfOrder }: Verdict): string {
  return row([name, ...[published, found, lost + unacknowledgedMissing, duplicated, unexplained, phantom, corrupted, outOfOrder].map(String)]);
}

function resultRow(name: string, { checked, missing, unexpected, wrong, repeated }: ResultVerdict): string {
  return row([name, ...[checked, missing, unexpected, wrong, repeated].map(String)]);
}

function row([name = '', ...cells]: readonly string[]): string {
  return name.padEnd(24) + cells.map((cell) => cell.padStart(13)).join('');
}
