import type { OperatorMonitor, PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import type { Translate } from '../../../shared/editor/translate';
import { formatBytes, formatCount, formatDuration, formatRate } from '../formats';

/** A few words on an operator. */
export interface Remark {
  /** Stays the same while the words change. */
  readonly key: string;
  readonly text: string;
  readonly tooltip?: string;
  readonly tone?: 'warning' | 'error';
}

/** What has been observed over several looks. */
export interface Observed {
  readonly isPilingUp: boolean;
  readonly isFailing: boolean;
}

/**
 * Records a second that an operator hands on. A window that the operator behind it computes has no results of its own: for such a
 * one it is what it takes in.
 */
export function outRate({ type }: PlannedOperator, { recordsOut, inPerSecond, outPerSecond }: OperatorMonitor): number {
  return type === 'window' && recordsOut === 0 ? inPerSecond : outPerSecond;
}

/** Records a second into an operator and out of it; once where both are the same, or where there is but one. */
export function ratesText(operator: PlannedOperator, monitor: OperatorMonitor): string {
  const [into, out] = [formatRate(monitor.inPerSecond), formatRate(outRate(operator, monitor))];
  if (operator.type === 'sink' || into === out) return into;
  return `${into} → ${out}`;
}

/** How much of a thread's time the user's code of an operator takes, from 0 up; undefined where it has none. */
export function busyShare({ microsecondsPerRecord, inPerSecond }: OperatorMonitor): number | undefined {
  return microsecondsPerRecord === undefined ? undefined : (microsecondsPerRecord * inPerSecond) / 1e6;
}

/** From this share of a thread's time on, user code is what holds its graph up. */
export const MUCH_TIME = 0.5;

/** Of connections that are not as they should be. */
const SOURCE_TONES: Readonly<Record<string, Remark['tone']>> = { connecting: 'warning', waiting: 'warning', failed: 'error' };

/** What changes while an operator runs, the most important last. What is 0 is left out. */
export function figures(monitor: OperatorMonitor, { isPilingUp, isFailing }: Observed, text: Translate): Remark[] {
  const remarks: Remark[] = [];
  const { source, keys, stateBytes, microsecondsPerRecord, rateLimit, waiting, skipped, refused, failed } = monitor;
  const busy = busyShare(monitor) ?? 0;
  if (source !== undefined) {
    const tone = SOURCE_TONES[source.state];
    remarks.push({ key: 'source', text: source.text === '' ? source.state : source.text, ...(tone !== undefined && { tone }) });
  }
  if (microsecondsPerRecord !== undefined) {
    remarks.push({
      key: 'time',
      text: text('plan.time', { time: microsecondsText(microsecondsPerRecord) }),
      tooltip: text('plan.timeTip', { share: Math.round(busy * 100) }),
      ...(busy >= MUCH_TIME && { tone: 'warning' }),
    });
  }
  if (keys > 0) remarks.push({ key: 'keys', text: text('plan.keys', { keys: formatCount(keys) }) });
  if (stateBytes !== undefined && stateBytes > 0) {
    remarks.push({ key: 'state', text: text('plan.state', { size: formatBytes(stateBytes) }), tooltip: text('plan.stateTip') });
  }
  if (rateLimit !== undefined) {
    remarks.push({ key: 'limit', text: text('plan.limit', { rate: formatRate(rateLimit) }), tooltip: text('plan.limitTip') });
  }
  if (waiting > 0) {
    const values = { waiting: formatCount(waiting) };
    remarks.push({
      key: 'waiting',
      text: isPilingUp ? text('plan.growing', values) : text('plan.waiting', values),
      ...(isPilingUp && { tone: 'warning' }),
    });
  }
  if (skipped > 0) {
    const said = text('plan.skipped', { skipped: formatCount(skipped) });
    remarks.push({ key: 'skipped', text: said, tooltip: text('plan.skippedTip') });
  }
  if (refused > 0) {
    const said = text('plan.refused', { refused: formatCount(refused) });
    remarks.push({ key: 'refused', text: said, tooltip: text('plan.refusedTip'), tone: 'warning' });
  }
  if (failed > 0) {
    remarks.push({
      key: 'failed',
      text: text('plan.failed', { failed: formatCount(failed) }),
      tooltip: isFailing ? text('plan.failingTip') : text('plan.failedTip'),
      tone: isFailing ? 'error' : 'warning',
    });
  }
  return remarks;
}

/** Two digits below ten, else whole; from a millisecond on in larger units. */
function microsecondsText(microseconds: number): string {
  if (microseconds >= 999.5) return formatDuration(microseconds / 1000);
  return `${microseconds < 10 ? microseconds.toPrecision(2) : formatCount(microseconds)} µs`;
}
