import {
  AGGREGATES, RESERVED_NAMES, checkRows, followsAggregate, needsValue, parameterRule, readRows, suggestName, tidyRow,
  type AggregateRow, type RowProblem,
} from '../shared/editor/aggregates';
import { current, dialogClosed, dialogOpened } from '../shared/editor/dialog';
import { isProperty } from '../shared/editor/keys';
import { nameOr } from '../shared/editor/label';
import { remainingHeight } from '../shared/editor/layout';
import { isWholeNumber } from '../shared/editor/numbers';
import { openPreview, type OpenPreview } from '../shared/editor/preview/openPreview';
import { TypedScope } from '../shared/editor/preview/TypedScope';
import type { EditorNode } from '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { translator } from '../shared/editor/translate';
import { isKnownVersion, migrateNodes } from '../shared/editor/versions';
import { scope as declarations } from './editor/scope';
import { reduceWork, valuesToReduce } from './editor/work';

interface ReduceByKeyNode extends EditorNode {
  readonly name?: string;
  aggregates?: AggregateRow[];
}

/** The widgets of one row of the list. */
interface RowWidgets {
  readonly aggregate: JQuery;
  readonly of: JQuery;
  readonly as: JQuery;
  readonly parameter: JQuery;
  readonly reduce: JQuery;
  readonly inverse: JQuery;
}

/** To try the outputs with before any record has flowed in. */
const EXAMPLE = `[
  { "payload": 21.5, "topic": "kitchen", "key": "kitchen" },
  { "payload": 22.5, "topic": "kitchen", "key": "kitchen" },
  { "payload": 18, "topic": "hall", "key": "hall" }
]`;

const LIST = '#node-input-aggregates-container';

const text = translator('reduceByKey');

let scope: TypedScope | undefined;
let preview: OpenPreview | undefined;

/** What the dialog calls an aggregate. */
const NAMES: Readonly<Record<typeof AGGREGATES[number], () => string>> = {
  count: () => text('aggregate.count'),
  sum: () => text('aggregate.sum'),
  mean: () => text('aggregate.mean'),
  min: () => text('aggregate.min'),
  max: () => text('aggregate.max'),
  first: () => text('aggregate.first'),
  last: () => text('aggregate.last'),
  variance: () => text('aggregate.variance'),
  stddev: () => text('aggregate.stddev'),
  sampleVariance: () => text('aggregate.sampleVariance'),
  sampleStddev: () => text('aggregate.sampleStddev'),
  percentile: () => text('aggregate.percentile'),
  distinct: () => text('aggregate.distinct'),
  distinctApprox: () => text('aggregate.distinctApprox'),
  countByValue: () => text('aggregate.countByValue'),
  list: () => text('aggregate.list'),
  topK: () => text('aggregate.topK'),
  reduce: () => text('aggregate.reduce'),
};

function label(node: ReduceByKeyNode): string {
  const names = readRows(node.aggregates).map((row) => row.as);
  return nameOr(node, names.length === 0 ? text('label.reduceByKey') : text('label.byKey', { outputs: names.join(', ') }));
}

function validateVersion(_node: ReduceByKeyNode, value: unknown): true | string {
  return isKnownVersion('reduceByKey', value) ? true : text('error.version');
}

function validateKey(node: ReduceByKeyNode, value: unknown): true | string {
  const keyType = current(node, 'keyType');
  if (keyType === 'msg' && !isProperty(value)) {
    return text('error.property');
  }
  return keyType === 'jsonata' && String(value).trim() === '' ? text('error.expression') : true;
}

function validateAggregates(_node: ReduceByKeyNode, value: unknown): true | string[] {
  const rows = readRows(value);
  if (rows.length === 0) {
    return [text('error.noRows')];
  }
  const problems = checkRows(rows).map(explain);
  return problems.length === 0 ? true : problems;
}

/** A node of before there was a limit has none, and gets the usual one. */
function validateKeyLimit(_node: ReduceByKeyNode, value: unknown): true | string {
  return value === undefined || isWholeNumber(value, 1) ? true : text('error.keyLimit');
}

function explain(problem: RowProblem): string {
  const { row } = problem;
  switch (problem.kind) {
    case 'unknown-aggregate':
      return text('error.unknownAggregate', { row, known: AGGREGATES.join(', ') });
    case 'no-value':
      return text('error.noValue', { row });
    case 'no-name':
      return text('error.noName', { row });
    case 'reserved-name':
      return text('error.reservedName', { row, names: RESERVED_NAMES.join(', ') });
    case 'same-name':
      return text('error.sameName', { row, other: problem.other });
    case 'no-reduce':
      return text('error.noReduce', { row });
    case 'no-return':
      return text('error.noReturn', { row });
    case 'no-inverse-return':
      return text('error.noInverseReturn', { row });
    case 'parameter': {
      const { least, most, whole } = problem.rule;
      return whole ? text('error.wholeParameter', { row, least, most }) : text('error.parameter', { row, least, most });
    }
  }
}

function prepare(node: ReduceByKeyNode): void {
  dialogOpened(node);
  const types = new TypedScope('reduceByKey', declarations);
  scope = types;
  $('#node-input-key').typedInput({
    default: 'key',
    typeField: $('#node-input-keyType'),
    types: [{ value: 'key', label: text('label.ownKey'), hasValue: false }, 'msg', 'jsonata'],
  });
  const list = $(LIST);
  list.css('min-height', '150px').editableList<Partial<AggregateRow>>({
    addButton: text('label.add'),
    removable: true,
    sortable: true,
    header: header(),
    addItem: (container, _index, stored) => addRow(container, stored, node.id),
    removeItem: markRows,
    sortItems: markRows,
  });
  list.editableList('addItems', readRows(node.aggregates));
  markRows();
  preview = openPreview({
    node,
    text,
    example: EXAMPLE,
    work: () => reduceWork(textOf($('#node-input-keyType')), textOf($('#node-input-key')), storedRows()),
    learn: (records) => {
      types.learn(valuesToReduce(storedRows(), records));
    },
    // The functions stand in small fields; what is wrong with them is said below the records.
    mark: () => undefined,
  });
  $('#node-input-key').on('change', () => preview?.changed());
}

function header(): JQuery {
  const cells = [
    { key: text('label.aggregate'), style: 'flex:0 0 150px' },
    { key: text('label.of'), style: 'flex:1 1 auto' },
    { key: text('label.as'), style: 'flex:0 0 110px' },
  ];
  const row = $('<div>', { style: 'display:flex; gap:8px; padding:0 42px 0 32px' });
  for (const cell of cells) {
    $('<span>', { style: cell.style }).text(cell.key).appendTo(row);
  }
  return row;
}

function addRow(container: JQuery, stored: Partial<AggregateRow>, nodeId: string): void {
  const added = stored.aggregate === undefined;
  const row = added ? newRow() : readRows([stored])[0] ?? newRow();
  const line = $('<div>', { style: 'display:flex; gap:8px; align-items:center' }).appendTo(container);

  const aggregate = $('<select>', { style: 'flex:0 0 150px; width:150px', 'aria-label': text('label.aggregate') }).appendTo(line);
  for (const name of AGGREGATES) {
    $('<option>').val(name).text(NAMES[name]()).appendTo(aggregate);
  }
  aggregate.val(row.aggregate);

  const value = $('<div>', { style: 'flex:1 1 auto; min-width:100px' }).appendTo(line);
  const of = $('<input>', { type: 'text', style: 'width:100%' }).appendTo(value);
  of.typedInput({ default: 'msg', types: ['msg', 'jsonata'] });
  of.typedInput('type', row.ofType);
  of.typedInput('value', row.of);
  // What is to be seen of it is an input that Node-RED puts beside.
  value.find('.red-ui-typedInput-input').attr('aria-label', text('label.of'));
  const everyRecord = $('<span>', { style: 'opacity:0.6' }).text(text('label.everyRecord')).appendTo(value);

  const parameter = $('<input>', { type: 'text', style: 'flex:0 0 60px; width:60px; text-align:end' }).appendTo(line);
  parameter.val(row.parameter ?? '');

  const as = $('<input>', { type: 'text', style: 'flex:0 0 110px; width:110px', 'aria-label': text('label.as') }).appendTo(line);
  as.val(row.as);

  const functions = $('<div>', { style: 'margin-top:4px' }).appendTo(container);
  const reduce = addFunction(functions, text('label.reduce'), 'return a + b;', `${nodeId}/reduce`);
  reduce.val(row.reduce ?? '');
  const inverse = addFunction(functions, text('label.inverse'), 'return a - b;', `${nodeId}/inverse`);
  inverse.val(row.inverse ?? '');
  container.data('widgets', { aggregate, of, as, parameter, reduce, inverse } satisfies RowWidgets);

  let follows = followsAggregate(row.aggregate, row.as);
  const show = () => {
    const needed = needsValue(textOf(aggregate));
    everyRecord.toggle(!needed);
    if (needed) {
      of.typedInput('show');
    } else {
      of.typedInput('hide');
    }
    const rule = parameterRule(textOf(aggregate));
    const meaning = parameterMeaning(textOf(aggregate));
    parameter.toggle(rule !== undefined);
    parameter.attr({ placeholder: String(rule?.otherwise ?? ''), title: meaning, 'aria-label': meaning });
    functions.toggle(textOf(aggregate) === 'reduce');
  };
  aggregate.on('change', () => {
    if (follows) {
      as.val(suggestName(textOf(aggregate), storedRows(as).map((other) => other.as)));
    }
    show();
    markRows();
  });
  as.on('input', () => {
    follows = followsAggregate(textOf(aggregate), textOf(as));
  });
  for (const field of [as, parameter, reduce, inverse]) {
    field.on('change keyup', markRows);
  }
  of.on('change', markRows);
  show();
}

function parameterMeaning(aggregate: string): string {
  switch (aggregate) {
    case 'percentile':
      return text('parameter.percentile');
    case 'topK':
      return text('parameter.topK');
    case 'list':
      return text('parameter.list');
    default:
      return '';
  }
}

/** A small field for a function, with a button that opens it in the code editor. */
function addFunction(parent: JQuery, label: string, example: string, stateId: string): JQuery {
  const line = $('<div>', { style: 'display:flex; gap:8px; align-items:flex-start; margin-bottom:4px' }).appendTo(parent);
  $('<span>', { style: 'flex:0 0 150px; padding-top:6px' }).text(label).appendTo(line);
  const field = $('<textarea>', {
    rows: 2, spellcheck: false, placeholder: example, 'aria-label': label,
    style: 'flex:1 1 auto; min-width:100px; margin:0; resize:vertical; font-family:monospace; white-space:pre',
  }).appendTo(line);
  const expand = $('<button>', {
    type: 'button', class: 'red-ui-button red-ui-button-small', 'aria-label': text('label.expand'),
  }).appendTo(line);
  $('<i>', { class: 'fa fa-expand' }).appendTo(expand);
  RED.popover.tooltip(expand, text('label.expand'));
  expand.on('click', (event) => {
    event.preventDefault();
    RED.editor.editJavaScript({
      value: textOf(field),
      stateId,
      focus: true,
      width: 'Infinity',
      // Ace's plain JavaScript mode calls `return` an error.
      mode: RED.editor.codeEditor?.editor === 'ace' ? 'ace/mode/nrjavascript' : 'ace/mode/javascript',
      complete: (value) => {
        field.val(value).trigger('change');
      },
    });
  });
  return field;
}

/** A row for the add button: the first aggregate, in the usual order of interest, whose name is free. */
function newRow(): AggregateRow {
  const rows = storedRows();
  const taken = rows.map((row) => row.as);
  const free = (['mean', 'min', 'max', 'count', 'sum'] as const).find((name) => !taken.includes(name)) ?? 'mean';
  const last = rows.findLast((row) => needsValue(row.aggregate));
  return { aggregate: free, of: last?.of ?? 'payload', ofType: last?.ofType ?? 'msg', as: suggestName(free, taken) };
}

/** What the list holds now. `except`: the name field of a row to leave out. */
function storedRows(except?: JQuery): AggregateRow[] {
  return allWidgets()
    .filter((widgets) => widgets.as[0] !== except?.[0])
    .map((widgets) => tidyRow({
      aggregate: textOf(widgets.aggregate),
      of: widgets.of.typedInput('value'),
      ofType: widgets.of.typedInput('type'),
      as: textOf(widgets.as).trim(),
      parameter: textOf(widgets.parameter).trim(),
      reduce: textOf(widgets.reduce),
      inverse: textOf(widgets.inverse),
    }));
}

function allWidgets(): RowWidgets[] {
  const found: RowWidgets[] = [];
  $(LIST).editableList('items').each((_index, item) => {
    const widgets: unknown = $(item).data('widgets');
    if (isWidgets(widgets)) {
      found.push(widgets);
    }
  });
  return found;
}

function isWidgets(value: unknown): value is RowWidgets {
  return typeof value === 'object' && value !== null && 'aggregate' in value && 'of' in value && 'as' in value;
}

function textOf(field: JQuery): string {
  const value = field.val();
  return typeof value === 'string' ? value : '';
}

/** Marks the fields that need attention and says below the list what is wrong. */
function markRows(): void {
  const widgets = allWidgets();
  const rows = storedRows();
  const problems = checkRows(rows);
  widgets.forEach((row, index) => {
    const own = problems.filter((problem) => problem.row === index + 1);
    const has = (...kinds: RowProblem['kind'][]): boolean => own.some(({ kind }) => kinds.includes(kind));
    const wrongValue = has('no-value');
    row.as.toggleClass('input-error', has('unknown-aggregate', 'no-name', 'reserved-name', 'same-name'));
    row.parameter.toggleClass('input-error', has('parameter'));
    row.reduce.toggleClass('input-error', has('no-reduce', 'no-return'));
    row.inverse.toggleClass('input-error', has('no-inverse-return'));
    row.of.next('.red-ui-typedInput-container').toggleClass('input-error', wrongValue);
  });
  const first = problems[0];
  const message = rows.length === 0 ? text('error.noRows') : first === undefined ? '' : explain(first);
  const tip = $('.dstream-reduceByKey-problem');
  const wasShown = tip.is(':visible');
  tip.text(message).toggle(message !== '');
  if (wasShown !== (message !== '')) {
    RED.tray.resize();
  }
  preview?.changed();
}

/** Gives the list all the height that the other rows leave. */
function resize(_node: ReduceByKeyNode, size: { readonly height: number }): void {
  $(LIST).editableList('height', remainingHeight('dstream-reduceByKey-list', size.height));
}

function save(node: ReduceByKeyNode): void {
  node.aggregates = storedRows();
  close();
}

function close(): void {
  preview?.close();
  preview = undefined;
  scope?.close();
  scope = undefined;
  dialogClosed();
}

migrateNodes('reduceByKey');

expose('reduceByKey', { label, prepare, save, cancel: close, resize, validateVersion, validateKey, validateAggregates, validateKeyLimit });
