// The fields of a node's dialog, as its template, its texts and its defaults have them.
import { runInNewContext } from 'node:vm';
import { escaped } from './helpToMarkdown.mjs';
import { elementsBelow, hasClass, readMarkup, scriptContent } from './markup.mjs';

/** Kinds of keys that a field begins with, by the value of its `...Type` property. */
const FIRST_KINDS = { topic: 'label.keyTopic', key: 'label.ownKey' };

/** What fields are, by the type of their input. */
const KINDS = { checkbox: 'box', password: 'secret' };

/** What the inline script of a page hands to RED.nodes.registerType. */
export function definitionOf(page) {
  const source = scriptContent(page.replaceAll('type="text/javascript"', 'data-registers=""'), 'data-registers');
  let definition;
  runInNewContext(source, { RED: { nodes: { registerType: (_type, given) => (definition = given) } } });
  return definition;
}

/** The text of a key such as `label.source`, in the texts of the node or Node-RED's own. */
function textsOf(catalogue) {
  return (key) => {
    if (key === 'node-red:common.label.name') {
      return 'Name';
    }
    const text = key.split('.').reduce((inner, name) => inner?.[name], catalogue);
    if (typeof text !== 'string') {
      throw new Error(`The texts lack ${key}.`);
    }
    return text;
  };
}

/** `[placeholder]label.x` and `label.x`: the key of an element's text, or of one of its attributes. */
function textKey(element, attribute = '') {
  const value = element.attributes['data-i18n'] ?? '';
  const [, of = '', key = ''] = /^(?:\[([\w-]+)\])?(.*)$/.exec(value) ?? [];
  return of === attribute && key !== '' ? key : undefined;
}

function propertyOf(element) {
  return /^node-(?:config-)?input-(\w+)$/.exec(element.attributes.id ?? '')?.[1];
}

/** One row of a dialog, as far as it has a field. */
function readRow(row, { texts, defaults, prefix }) {
  const elements = elementsBelow(row);
  const isHidden = (element) => element.attributes.type === 'hidden';
  const isInput = ({ tag }) => tag === 'input' || tag === 'select';
  const inputs = elements.filter((element) => isInput(element) && propertyOf(element) !== undefined && !isHidden(element));
  const field = inputs.find((element) => !propertyOf(element).endsWith('Units'));
  if (field === undefined) {
    return undefined;
  }
  const property = propertyOf(field);
  const unitField = inputs.find((element) => propertyOf(element) === `${property}Units`);
  const labels = elements.filter((element) => element.tag === 'label').flatMap((label) => [label, ...elementsBelow(label)]);
  const [label] = labels.map((element) => textKey(element)).filter((key) => key !== undefined);
  const unit = elements.map((element) => textKey(element)).find((key) => key?.endsWith('Unit'));
  const placeholder = textKey(field, 'placeholder');
  const optionsOf = (select) => new Map(elementsBelow(select).map((option) => [option.attributes.value, texts(textKey(option))]));
  const classes = (row.attributes.class ?? '').split(' ').filter((name) => name.startsWith(prefix));
  return {
    property,
    label: label === undefined ? property : texts(label),
    kind: field.tag === 'select' ? 'choice' : KINDS[field.attributes.type] ?? 'text',
    options: field.tag === 'select' ? optionsOf(field) : undefined,
    units: unitField === undefined ? undefined : optionsOf(unitField),
    unit: unit === undefined ? undefined : texts(unit),
    placeholder: placeholder === undefined || placeholder.startsWith('node-red:') ? undefined : texts(placeholder),
    nodeType: defaults[property]?.type,
    defaultValue: defaults[property]?.value,
    defaultUnit: defaults[`${property}Units`]?.value,
    defaultKind: defaults[`${property}Type`]?.value,
    classes: classes.map((name) => name.slice(prefix.length)),
  };
}

/** Under which other choice a field is shown: `when Source is MQTT broker`; undefined for always. */
function condition({ classes }, fields) {
  for (const name of classes) {
    const box = fields.find(({ kind, property }) => kind === 'box' && property === name);
    if (box !== undefined) {
      return `when *${box.label}* is ticked`;
    }
    const choice = fields.find(({ options }) => options?.has(name));
    if (choice !== undefined) {
      return `when *${choice.label}* is *${choice.options.get(name)}*`;
    }
  }
  return undefined;
}

function shownDefault({ kind, options, units, nodeType, defaultValue, defaultUnit, defaultKind }, texts) {
  if (kind === 'box') {
    return defaultValue === true ? 'ticked' : 'not ticked';
  }
  if (defaultKind in FIRST_KINDS) {
    return texts(FIRST_KINDS[defaultKind]);
  }
  if (nodeType !== undefined || defaultValue === undefined || defaultValue === '') {
    return '';
  }
  const shown = options?.get(defaultValue) ?? (kind === 'text' ? `\`${defaultValue}\`` : defaultValue);
  return units === undefined ? shown : `${shown} ${units.get(defaultUnit)}`;
}

/** What an empty field says: a sentence, or an example. */
function shownPlaceholder(placeholder = '') {
  const isWords = placeholder.includes(' ') || /^[a-z]*$/.test(placeholder);
  return isWords ? escaped(placeholder) : `such as \`${placeholder}\``;
}

function shownValue({ kind, options, units, unit, placeholder, nodeType, defaultKind, defaultValue }) {
  const anyNumber = typeof defaultValue === 'number' ? 'a number' : '';
  switch (kind) {
    case 'box':
      return 'a box to tick';
    case 'secret':
      return "a text, kept with Node-RED's credentials";
    case 'choice':
      return [...options.values()].join('<br>');
    default:
      return [
        nodeType === undefined || nodeType.includes('*') ? '' : `a *${nodeType}* node`,
        defaultKind === undefined ? '' : 'of a kind that the field offers',
        units === undefined ? unit ?? anyNumber : `in ${[...units.values()].join(', ')}`,
        shownPlaceholder(placeholder),
      ].filter((part) => part !== '').join('; ');
  }
}

const cell = (text) => String(text).replaceAll('|', '\\|');

/**
 * The fields of a dialog, from top to bottom: `{ property, label, kind, options, units, defaultValue, ... }`.
 * @param page the html of the node
 * @param catalogue its texts
 * @param name its name, as in `nodes/<name>`
 */
export function dialogFields(page, catalogue, name) {
  const texts = textsOf(catalogue);
  const { defaults } = definitionOf(page);
  const template = readMarkup(scriptContent(page, 'data-template-name'));
  const rows = elementsBelow(template).filter((element) => hasClass(element, 'form-row'));
  const context = { texts, defaults, prefix: `dstream-${name}-` };
  return rows.map((row) => readRow(row, context)).filter((field) => field !== undefined);
}

/** A table of the fields of a dialog, in Markdown. Parameters as those of `dialogFields`. */
export function dialogTable(page, catalogue, name) {
  const fields = dialogFields(page, catalogue, name);
  const lines = fields.map((field) => {
    const when = condition(field, fields);
    const label = `${field.label}${when === undefined ? '' : `, ${when}`}`;
    return `| ${[label, shownValue(field), shownDefault(field, textsOf(catalogue))].map(cell).join(' | ')} |`;
  });
  return ['| field | what it takes | at first |', '|---|---|---|', ...lines].join('\n');
}
