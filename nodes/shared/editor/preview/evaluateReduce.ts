import { compileProperty } from '../../../../src/expressions/property';
import { aggregateNamed } from '../../../../src/operators/aggregates';
import type { Aggregate } from '../../../../src/operators/aggregates/Aggregate';
import { keyIdentity, type KeyIdentity } from '../../../../src/operators/keys';
import { compilePreviewCode } from './compilePreviewCode';
import { previewKey } from './delivered';
import { failureOf } from './failures';
import type {
  PreviewAggregate, PreviewAnswer, PreviewFailure, PreviewRecord, PreviewTask, PreviewValue, PreviewWork, ShownGroup,
} from './messages';
import { ownReduce } from './ownReduce';
import type { PreviewContext } from './PreviewContext';
import { showKey, showValue } from './showValue';

/** Says that the code of one output, or of the key (0), cannot be used. */
export class OutputProblem extends Error {
  constructor(
    readonly output: number,
    readonly thrown: unknown,
  ) {
    super('An output cannot be computed.');
  }
}

/** One key on its way: its records so far, and a partial for each output. */
interface Group {
  readonly key: PreviewRecord['key'];
  records: number;
  readonly partials: unknown[];
  readonly skipped: number[];
  readonly failures: (PreviewFailure | undefined)[];
}

type Read = (record: PreviewRecord) => unknown;

/** The key of each record, and what the aggregates make of the values of each key, by the kernels of the runtime. */
export async function evaluateReduce(
  { key, aggregates }: PreviewWork & { kind: 'reduceByKey' },
  { records, interpreter }: PreviewTask,
  ctx: PreviewContext,
  tell: (answer: PreviewAnswer) => void,
): Promise<void> {
  const reader = (value: PreviewValue, output: number): Read => named(output, () => readerOf(value, ctx, interpreter, tell));
  const readKey = reader(key, 0);
  const readValues = aggregates.map(({ of }, index) => reader(of, index + 1));
  let current: Group | undefined;
  const columns = aggregates.map((parameters, index) =>
    named(index + 1, () =>
      aggregateOf(parameters, ctx, (thrown) => {
        if (current !== undefined) current.failures[index] ??= failureOf(thrown);
      }),
    ),
  );

  const groups = new Map<KeyIdentity, Group>();
  for (const [index, record] of records.entries()) {
    ctx.begin(index);
    try {
      const key = previewKey(await readKey(record));
      const values: unknown[] = [];
      for (const read of readValues) values.push(await read(record));
      current = groupOf(groups, key, columns);
      add(current, columns, values, index);
      tell({ kind: 'record', index, outcome: { records: [{ payload: '', topic: '', key: showKey(key) }] } });
    } catch (thrown) {
      tell({ kind: 'record', index, outcome: { failure: failureOf(thrown) } });
    }
  }
  tell({ kind: 'groups', groups: [...groups.values()].map((group) => shown(group, columns, aggregates)) });
}

function named<Made>(output: number, make: () => Made): Made {
  try {
    return make();
  } catch (thrown) {
    throw new OutputProblem(output, thrown);
  }
}

function readerOf(
  value: PreviewValue,
  ctx: PreviewContext,
  interpreter: string | undefined,
  tell: (answer: PreviewAnswer) => void,
): Read {
  switch (value.from) {
    case 'key':
      return (record) => record.key;
    case 'property':
      return compileProperty(value.property);
    case 'code': {
      const compiled = compilePreviewCode(value.code, false, interpreter);
      if (compiled.jsonata?.compiled === false) tell({ kind: 'jsonata', ...compiled.jsonata });
      return (record) => compiled.call(record, ctx);
    }
  }
}

function aggregateOf(
  { aggregate, parameter, reduce }: PreviewAggregate,
  ctx: PreviewContext,
  failed: (thrown: unknown) => void,
): Aggregate {
  return aggregate === 'reduce' ? ownReduce(reduce ?? '', ctx, failed) : aggregateNamed(aggregate, parameter);
}

function groupOf(groups: Map<KeyIdentity, Group>, key: PreviewRecord['key'], columns: readonly Aggregate[]): Group {
  const identity = keyIdentity(key);
  const known = groups.get(identity);
  if (known !== undefined) return known;
  const group: Group = { key, records: 0, partials: columns.map((column) => column.zero()), skipped: columns.map(() => 0), failures: [] };
  groups.set(identity, group);
  return group;
}

function add(group: Group, columns: readonly Aggregate[], values: readonly unknown[], order: number): void {
  group.records++;
  columns.forEach((column, index) => {
    if (column.accepts(values[index])) {
      group.partials[index] = column.add(group.partials[index], values[index], order);
    } else {
      group.skipped[index] = (group.skipped[index] ?? 0) + 1;
    }
  });
}

function shown({ key, records, partials, skipped, failures }: Group, columns: readonly Aggregate[], outputs: readonly PreviewAggregate[]): ShownGroup {
  return {
    key: showKey(key),
    records,
    outputs: columns.map((column, index) => {
      const failure = failures[index];
      return {
        name: outputs[index]?.as ?? '',
        value: showValue(column.finish(partials[index])),
        skipped: skipped[index] ?? 0,
        ...(failure === undefined ? {} : { failure }),
      };
    }),
  };
}
