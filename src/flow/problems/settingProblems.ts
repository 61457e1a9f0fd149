import type { Problem } from '../../plan/Problem';
import { quoted } from './quoted';

/** What a dialog says of what is computed. */
export const settingProblems = {
  notANumber: (nodeId: string, property: string, value: unknown, expected: string): Problem => ({
    nodeId,
    code: 'not-a-number',
    what: `${property} is ${quoted(value)}`,
    why: `It must be ${expected}.`,
    fix: `Open the node and give ${expected}.`,
  }),

  unknownChoice: (nodeId: string, property: string, value: unknown, choices: readonly string[]): Problem => ({
    nodeId,
    code: 'unknown-choice',
    what: `${property} is ${quoted(value)}`,
    why: `Known are ${choices.join(', ')}.`,
    fix: 'Open the node and choose again. If a newer version made this flow, update the palette.',
  }),

  versionTooNew: (nodeId: string, label: string, version: unknown, newest: number): Problem => ({
    nodeId,
    code: 'version-too-new',
    what: `${label} was drawn with a newer version of the palette`,
    why: `Its settings are of version ${quoted(version)}, and this palette knows them up to ${String(newest)}: they could mean something else.`,
    fix: 'Update the palette: Manage palette, node-red-dstream, update.',
  }),

  keyLevelInvalid: (nodeId: string, value: unknown): Problem => ({
    nodeId,
    code: 'key-level-invalid',
    what: `the topic level of the key is ${quoted(value)}`,
    why: 'Levels count from 1; a negative number counts from the end, so -1 is the last level.',
    fix: 'Give a whole number other than 0.',
  }),

  expressionMissing: (nodeId: string, property: string): Problem => ({
    nodeId,
    code: 'expression-missing',
    what: `${property} is empty`,
    why: 'Without it there is nothing to take the value from.',
    fix: 'Give a property such as payload.value, or an expression.',
  }),

  codeMissing: (nodeId: string): Problem => ({
    nodeId,
    code: 'code-missing',
    what: 'the function is empty',
    why: 'A function without code returns nothing, so every record would be dropped.',
    fix: 'Write the function; return msg; passes records on unchanged.',
  }),

  noAggregates: (nodeId: string): Problem => ({
    nodeId,
    code: 'no-aggregates',
    what: 'there is no aggregate',
    why: 'Without one there is nothing to compute for a key.',
    fix: 'Add at least one, count for example.',
  }),

  unknownAggregate: (nodeId: string, value: unknown, known: readonly string[]): Problem => ({
    nodeId,
    code: 'unknown-aggregate',
    what: `there is no aggregate ${quoted(value)}`,
    why: `Known are ${known.join(', ')}.`,
    fix: 'Choose one of these. If a newer version made this flow, update the palette.',
  }),

  reduceMissing: (nodeId: string, output: string): Problem => ({
    nodeId,
    code: 'reduce-missing',
    what: `the function that reduces to ${quoted(output)} is empty`,
    why: 'The aggregate reduce combines two values, a and b, by a function of your own.',
    fix: 'Write it in the node, return a + b; for example.',
  }),

  outputNameMissing: (nodeId: string, aggregate: string): Problem => ({
    nodeId,
    code: 'output-name-missing',
    what: `the output of the aggregate ${aggregate} has no name`,
    why: 'The result becomes a property of the payload, and a property needs a name.',
    fix: `Name it, ${aggregate} for example.`,
  }),

  outputNameReserved: (nodeId: string, name: string, reserved: readonly string[]): Problem => ({
    nodeId,
    code: 'output-name-reserved',
    what: `an output is named ${quoted(name)}`,
    why: `These names are taken: ${reserved.join(', ')}.`,
    fix: 'Choose another name for the output.',
  }),

  outputNameTwice: (nodeId: string, name: string): Problem => ({
    nodeId,
    code: 'output-name-twice',
    what: `two outputs are named ${quoted(name)}`,
    why: 'The second result would overwrite the first.',
    fix: 'Give each output a name of its own.',
  }),
};
