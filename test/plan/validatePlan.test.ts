import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../src/plan/canonical';
import { JsonError } from '../../src/plan/JsonReader';
import type { SinkTarget } from '../../src/plan/Plan';
import { validatePlan } from '../../src/plan/validatePlan';
import { examplePlan } from './examplePlan';

interface LooseOperator {
  id: unknown;
  type: unknown;
  inputs: unknown[];
  parameters: Record<string, unknown>;
}
interface LoosePlan {
  [member: string]: unknown;
  operators: LooseOperator[];
}

const copy = (): LoosePlan => JSON.parse(JSON.stringify(examplePlan)) as LoosePlan;

/** A valid plan with one thing changed. */
function broken(change: (plan: LoosePlan, at: (id: string) => LooseOperator) => void): LoosePlan {
  const plan = copy();
  change(plan, (id) => plan.operators.find((operator) => operator.id === id) ?? expect.fail(`no operator ${id}`));
  return plan;
}

/** A valid plan but for the source of a receiver. */
function withSource(source: unknown): LoosePlan {
  return broken((_, at) => (at('r1').parameters.source = source));
}

/** A valid plan but for the target of a sink. */
function withTarget(target: unknown): LoosePlan {
  return broken((_, at) => (at('s1').parameters.target = target));
}

const files = { kind: 'file', path: '/out', name: 'means', format: 'json', roll: 'day', columns: [] };

describe('validatePlan', () => {
  it('accepts every kind of source', () => {
    const sources = [
      { kind: 'wire' },
      { kind: 'folder', path: '/incoming', pattern: '*.csv', split: 'whole', existing: true },
      { kind: 'tcp', role: 'connect', host: 'localhost', port: 65_535 },
      { kind: 'http', path: 'house/sensors', bodyLimit: 1024 },
    ];
    for (const source of sources) {
      const [receiver] = validatePlan(withSource(source)).operators;
      expect(receiver?.parameters).to.deep.include({ source });
    }
  });

  it('accepts every target of a sink and every mode of a map', () => {
    const targets: SinkTarget[] = [
      { kind: 'flow' }, { kind: 'mqtt', connection: 'c', topic: '', qos: 0, retain: true }, { kind: 'http', connection: 'c', timeout: 10_000 },
      { kind: 'file', path: '/out', name: 'means', format: 'csv', roll: 'hour', columns: ['key', 'mean'] },
    ];
    for (const target of targets) expect(validatePlan(withTarget(target)).operators.at(-1)?.parameters).to.deep.include({ target });
    for (const mode of ['map', 'flatMap', 'filter', 'keyBy', 'batch']) {
      expect(() => validatePlan(broken((_, at) => (at('m1').parameters.mode = mode)))).not.to.throw();
    }
  });

  it('accepts the example and returns an equal copy', () => {
    const json = copy();
    const plan = validatePlan(json);
    expect(plan).to.deep.equal(examplePlan);
    expect(plan.operators).not.to.equal(json.operators);
  });

  it('accepts the golden file, whose text is the canonical text of the example', () => {
    const text = readFileSync(join(process.cwd(), 'test/plan/golden/example.json'), 'utf8').trimEnd();
    expect(canonicalJson(validatePlan(JSON.parse(text)))).to.equal(text);
    expect(canonicalJson(examplePlan)).to.equal(text);
  });

  const cases: [string, LoosePlan, string][] = [
    ['another version', broken((plan) => (plan.version = 2)), 'plan.version is 2; it must be one of 1.'],
    ['no graph', broken((plan) => delete plan.graph), 'plan lacks the member "graph".'],
    ['an unknown member', broken((plan) => (plan.extra = 1)), 'plan has an unknown member "extra"'],
    [
      'a batch interval of 0',
      broken((plan) => (plan.batchInterval = 0)),
      'plan.batchInterval is 0; it must be a whole number from 1.',
    ],
    ['no operators', broken((plan) => (plan.operators = [])), 'plan.operators is an array of 0'],
    ['two equal ids', broken((_, at) => (at('m1').id = 'b1')), 'two operators have the id "b1"'],
    ['an input below its user', broken((plan) => plan.operators.reverse()), '"k1" is not an operator above this one'],
    [
      'an input that is the operator itself',
      broken((_, at) => (at('m1').inputs = [{ id: 'm1', port: 0 }])),
      '"m1" is not an operator above',
    ],
    ['an unknown target', withTarget({ kind: 'kafka' }), 'one of "flow", "mqtt", "http", "file"'],
    ['files without a folder', withTarget({ ...files, path: '' }), 'path is ""'],
    ['files whose name leads elsewhere', withTarget({ ...files, name: '../a' }), 'a plain name for files'],
    ['files of another format', withTarget({ ...files, format: 'xml' }), 'one of "json", "text", "csv"'],
    ['files for each week', withTarget({ ...files, roll: 'week' }), 'one of "batch", "hour", "day"'],
    ['a column without a name', withTarget({ ...files, columns: [''] }), 'columns[0] is ""'],
    ['a target with a secret in it', withTarget({ kind: 'http', connection: 'c', timeout: 1, url: 'x' }), 'unknown member "url"'],
    ['a timeout of 0', withTarget({ kind: 'http', connection: 'c', timeout: 0 }), 'timeout is 0'],
    ['a target without connection', withTarget({ kind: 'mqtt', connection: '', topic: '', qos: 1, retain: true }), 'connection is ""'],
    ['publishing at QoS 2', withTarget({ kind: 'mqtt', connection: 'c', topic: '', qos: 2, retain: true }), 'qos is 2'],
    ['a receiver with an input', broken((_, at) => (at('r2').inputs = [{ id: 'r1', port: 0 }])), 'a receiver begins a graph'],
    ['a map without input', broken((_, at) => (at('m1').inputs = [])), 'at least one input'],
    ['an unknown type', broken((_, at) => (at('m1').type = 'pivot')), 'plan.operators[3].type is "pivot"'],
    ['parameters of a batcher', broken((_, at) => (at('b1').parameters.interval = 5)), 'unknown member "interval"'],
    ['an unknown mode', broken((_, at) => (at('m1').parameters.mode = 'each')), 'one of "map", "flatMap", "filter"'],
    [
      'a window of 2.5 batches',
      broken((_, at) => (at('w1').parameters.length = 2500)),
      'a multiple of the batch interval 1000 ms',
    ],
    ['a negative slide', broken((_, at) => (at('w1').parameters.slide = -1000)), 'a whole number from 1'],
    ['level 0', broken((_, at) => (at('r1').parameters.key = { from: 'level', level: 0 })), 'a whole number other than 0'],
    [
      'QoS 3',
      broken((_, at) => ((at('r1').parameters.source as Record<string, unknown>).qos = 3)),
      'qos is 3; it must be one of 0, 1, 2.',
    ],
    ['no topic', broken((_, at) => ((at('r1').parameters.source as Record<string, unknown>).topic = '')), 'topic is ""'],
    ['an unknown source', withSource({ kind: 'kafka' }), 'one of "wire", "mqtt", "simulated", "folder", "tcp", "http"'],
    ['a folder without a path', withSource({ kind: 'folder', path: '', pattern: '*', split: 'lines', existing: false }), 'path is ""'],
    ['a folder read by words', withSource({ kind: 'folder', path: '/a', pattern: '*', split: 'words', existing: false }), 'split is "words"'],
    ['a port of 0', withSource({ kind: 'tcp', role: 'listen', host: '127.0.0.1', port: 0 }), 'port is 0'],
    ['a role that is none', withSource({ kind: 'tcp', role: 'talk', host: '127.0.0.1', port: 1 }), 'role is "talk"'],
    ['an endpoint without a limit', withSource({ kind: 'http', path: 'a' }), 'lacks the member "bodyLimit"'],
    ['a maximum rate of 0', broken((_, at) => (at('r2').parameters.maxRate = 0)), 'a number above 0'],
    ['a lowest rate of 0', broken((_, at) => (at('r2').parameters.backpressure = { initialRate: null, minRate: 0 })), 'minRate is 0'],
    [
      'a first rate below 0',
      broken((_, at) => (at('r2').parameters.backpressure = { initialRate: -1, minRate: 1 })),
      'initialRate is -1',
    ],
    ['back-pressure by yes', broken((_, at) => (at('r2').parameters.backpressure = true)), 'backpressure is true'],
    ['no aggregates', broken((_, at) => (at('k1').parameters.aggregates = [])), 'at least one aggregate'],
    ['an unknown aggregate', broken((_, at) => (first(at('k1')).aggregate = 'median')), 'aggregate is "median"'],
    ['a reserved output', broken((_, at) => (first(at('k1')).as = 'windowEnd')), 'which are taken'],
    ['two outputs of one name', broken((_, at) => (first(at('k1')).as = 'peak')), 'no other output has'],
    ['text where true or false belongs', broken((_, at) => (at('s1').parameters.emptyBatches = 'no')), 'true or false'],
  ];
  for (const [title, plan, message] of cases) {
    it(`refuses ${title}`, () => {
      expect(() => validatePlan(plan)).to.throw(JsonError, message);
    });
  }

  it('takes nothing from a prototype', () => {
    const { graph, ...rest } = copy();
    const plan: unknown = Object.assign(Object.create({ graph }), rest);
    expect(() => validatePlan(plan)).to.throw(JsonError, 'lacks the member "graph"');
  });

  it('answers any JSON value with a plan or a JsonError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(6), fc.constantFrom('id', 'type', 'inputs', 'parameters'), (value, index, member) => {
        const plan = copy();
        Object.assign(plan.operators[index] ?? {}, { [member]: value });
        try {
          validatePlan(plan);
        } catch (error) {
          expect(error).to.be.instanceOf(JsonError);
        }
      }),
    );
  });
});

function first(operator: LooseOperator): Record<string, unknown> {
  return (operator.parameters.aggregates as Record<string, unknown>[])[0] ?? {};
}
