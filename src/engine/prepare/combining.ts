import { columnsOf, portableOf } from '../../operators/window/GroupColumns';
import { KeyedAggregator } from '../../operators/window/KeyedGroups';
import type { ReduceByKeyOperator, ValueSource } from '../../plan/Plan';
import type { StageEnvironment } from '../BuildEnvironment';
import type { DataRecord } from '../DataRecord';
import type { RunOptions } from '../Engine';
import { CombinedRecord } from './CombinedRecord';
import { keyUnusable, prepareReader, readingBy } from './keyedReading';
import type { KeyedInput } from './KeyedWindowState';
import { knownAggregate } from './knownAggregate';

/** Makes one record of those of a part of a batch, in their order. */
export type Combine = (records: readonly DataRecord[]) => CombinedRecord;

/**
 * Whether parts of a batch can be combined by key before they come together, to the very same result. The named aggregates
 * are exact however their values are grouped; a function of the user's need not be. Where key and values are the user's
 * code, records are read where they come together.
 */
export function isCombinable({ parameters: { key, aggregates } }: ReduceByKeyOperator): boolean {
  return key.from !== 'code' && aggregates.every(({ aggregate, of }) => aggregate !== 'reduce' && of.from !== 'code');
}

/** Combines records as an operator does that is combinable. */
export function prepareCombining(operator: ReduceByKeyOperator, options: RunOptions, environment: StageEnvironment): Combine {
  const { id, parameters } = operator;
  const getterOf = (source: ValueSource): ((record: DataRecord) => unknown) => {
    const reader = prepareReader(id, source, options);
    if ('get' in reader) return reader.get;
    throw new Error(`The operator ${id} reads its records by code and cannot combine parts of a batch.`);
  };
  const read = readingBy(getterOf(parameters.key), parameters.aggregates.map(({ of }) => getterOf(of)));
  const aggregates = parameters.aggregates.map(({ aggregate, parameter }) => knownAggregate(id, aggregate, parameter));
  const aggregator = new KeyedAggregator(aggregates);
  return (records) => {
    const groups = aggregator.empty();
    const input: KeyedInput = { key: null, values: [], order: 0 };
    let skipped = 0;
    let failed = 0;
    for (const record of records) {
      try {
        read(record, input);
      } catch (thrown) {
        failed++;
        environment.failed(id, 'key-unusable', () => keyUnusable(id, thrown));
        continue;
      }
      skipped += aggregator.add(groups, input.key, input.values, input.order);
    }
    return new CombinedRecord(portableOf(columnsOf(groups, aggregates)), { taken: records.length, skipped, failed });
  };
}
