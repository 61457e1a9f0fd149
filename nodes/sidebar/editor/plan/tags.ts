import type { PlannedOperator } from '../../../../src/flow/monitor/snapshot';
import type { Translate } from '../../../shared/editor/translate';
import type { Remark } from './figures';

/** What is known of an operator from its plan, before a record has come. */
export function tags({ window, code, partitions, threads, guarantee }: PlannedOperator, text: Translate): Remark[] {
  const found: Remark[] = [];
  const add = (key: string, words: string, tooltip?: string): void => {
    found.push({ key, text: words, ...(tooltip !== undefined && { tooltip }) });
  };
  if (window === 'subtracting') add('window', text('plan.subtracting'), text('plan.subtractingTip'));
  if (window === 'merging') add('window', text('plan.merging'), text('plan.mergingTip'));
  if (window === 'both') add('window', text('plan.both'), text('plan.bothTip'));
  if (code === 'jsonata compiled') add('code', text('plan.compiled'), text('plan.compiledTip'));
  if (code === 'jsonata interpreted') {
    found.push({ key: 'code', text: text('plan.interpreted'), tooltip: text('plan.interpretedTip'), tone: 'warning' });
  }
  if (partitions !== undefined && partitions > 1) add('partitions', text('plan.partitions', { partitions }));
  if (threads !== undefined && threads > 1) add('threads', text('plan.threads', { threads }));
  if (guarantee !== undefined) add('guarantee', guarantee.level, guarantee.text);
  return found;
}
