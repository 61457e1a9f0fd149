/** One metric of an answer in Prometheus' text format. */
export interface ParsedMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"/;
const VALUE = /^ (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf|-Inf|NaN)$/;

/**
 * Reads the text format, version 0.0.4, as its description has it, and nothing that is not in it: every metric has HELP and TYPE once, in
 * front of all its samples, which stand together; no sample comes twice; the text ends with a line break.
 * @throws with the line that is wrong
 */
export function parsePrometheus(text: string): Map<string, ParsedMetric> {
  const metrics = new Map<string, ParsedMetric>();
  if (text === '') return metrics;
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const seen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let current: { readonly name: string; readonly metric: ParsedMetric } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const wrong = (why: string): Error => new Error(`${why}: ${line}`);
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (NAME.exec(name)?.[0] !== name || metrics.has(name)) throw wrong('A metric that has no name, or comes again');
      help = { name, text: rest };
    } else if (keyword === 'TYPE') {
      if (help?.name !== name) throw wrong('No HELP in front of the TYPE');
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw wrong('An unknown type');
      current = { name, metric: { type: rest, help: help.text, samples: [] } };
      metrics.set(name, current.metric);
    } else {
      const sample = parseSample(line);
      if (sample === undefined) throw wrong('No sample');
      const suffix = current !== undefined && sample.name.startsWith(current.name) ? sample.name.slice(current.name.length) : undefined;
      const suffixes = current?.metric.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (current === undefined || suffix === undefined || !suffixes.includes(suffix)) throw wrong('A sample of another metric');
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) throw wrong('A sample twice');
      seen.add(key);
      current.metric.samples.push(sample);
    }
  }
  for (const [name, { type, samples }] of metrics) {
    if (samples.length === 0) throw new Error(`${name} has no samples.`);
    if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is a counter.`);
  }
  return metrics;
}

function parseSample(line: string): ParsedMetric['samples'][number] | undefined {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  let rest = line.slice(name.length);
  const labels: Record<string, string> = {};
  if (rest.startsWith('{')) {
    do {
      rest = rest.slice(1);
      const [whole, label, value] = LABEL.exec(rest) ?? [];
      if (whole === undefined || label === undefined || value === undefined || label in labels) return undefined;
      labels[label] = value.replace(/\\(.)/g, (_escape, character: string) => (character === 'n' ? '\n' : character));
      rest = rest.slice(whole.length);
    } while (rest.startsWith(','));
    if (!rest.startsWith('}')) return undefined;
    rest = rest.slice(1);
  }
  const value = VALUE.exec(rest)?.[1];
  return value === undefined ? undefined : { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
