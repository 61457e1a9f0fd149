import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { compile, type Compiled } from '../../src/flow/compile';
import { discover } from '../../src/flow/discover';
import { canonicalJson } from '../../src/plan/canonical';
import { validatePlan } from '../../src/plan/validatePlan';
import type { Operator } from '../../src/plan/Plan';
import type { NodeProperties } from '../../src/flow/Runtime';
import { type Drawing, flowView } from './flowView';

type Dialogs = Readonly<Record<string, NodeProperties>>;

/** Compiles the only graph of a drawing; `dialogs` holds what differs from an empty dialog. */
function compiled(drawing: Drawing, dialogs: Dialogs = {}): Compiled {
  const view = flowView(drawing);
  const [graph, ...others] = discover(view.streams, view);
  if (graph === undefined || others.length > 0) return expect.fail(`${String(others.length + 1)} graphs`);
  return compile(graph, (id) => ({ type: view.streamType(id) ?? expect.fail(id), properties: dialogs[id] ?? {} }));
}

function operator(result: Compiled, id: string): Operator {
  return result.plan?.operators.find((candidate) => candidate.id === id) ?? expect.fail(
    `no ${id}: ${JSON.stringify(result.problems)}`,
  );
}

const line: Drawing = {
  r: ['dstream-receiver', 'b'],
  b: ['dstream-batcher', 'm'],
  m: ['dstream-map', 'w'],
  w: ['dstream-window', 'k'],
  k: ['dstream-reduceByKey', 's'],
  s: ['dstream-sink', 'd'],
  d: ['debug'],
};

/** What the dialogs of the line say when nothing was changed. */
const defaults: Dialogs = {
  r: {
    source: 'wire',
    broker: '',
    topic: '',
    qos: '1',
    format: 'auto',
    keyType: 'topic',
    key: '',
    sensors: 10,
    rate: 1,
    seed: 42,
  },
  b: { interval: 1, intervalUnits: 's', bufferLimit: 100000, maxRate: '', engine: '' },
  m: { mode: 'map', lang: 'javascript', func: 'return msg;' },
  w: { mode: 'tumbling', length: 10, lengthUnits: 's', slide: 1, slideUnits: 's' },
  k: {
    keyType: 'key',
    key: '',
    aggregates: [{ aggregate: 'mean', of: 'payload', ofType: 'msg', as: 'mean' }],
    emit: 'all',
    emitLeaving: false,
    keyLimit: 1_000_000,
  },
  s: { mode: 'batch', emptyBatches: false },
};

const codes = ({ problems }: Compiled): string[] => problems.map(({ nodeId, code }) => `${nodeId} ${code}`);

describe('compile', () => {
  describe('golden plans', () => {
    const cases: [string, Drawing, Dialogs][] = [
      ['defaults', line, defaults],
      [
        'sensors',
        {
          ...line,
          r: ['dstream-receiver', 'b', 'b2'],
          r2: ['dstream-receiver', 'b'],
          b2: ['dstream-batcher', 'm'],
        },
        {
          r: { source: 'mqtt', broker: 'mosquitto', topic: 'sensors/+/t', qos: '0', format: 'json', keyType: 'level', key: '-2' },
          r2: { source: 'simulated', sensors: '3', rate: '0.5', seed: '7', keyType: 'msg', key: 'msg.payload.sensor' },
          b: { interval: '500', intervalUnits: 'ms', bufferLimit: '5000', maxRate: '200' },
          b2: { interval: '0.5', intervalUnits: 's', bufferLimit: 100, maxRate: '' },
          m: { mode: 'flatMap', lang: 'jsonata', func: 'payload.values' },
          w: { mode: 'sliding', length: '1', lengthUnits: 'min', slide: '1.5', slideUnits: 's' },
          k: {
            keyType: 'jsonata',
            key: 'payload.room',
            aggregates: [
              { aggregate: 'count', of: '', ofType: 'msg', as: 'n' },
              { aggregate: 'max', of: 'msg.payload.t', ofType: 'msg', as: 'peak' },
              { aggregate: 'mean', of: 'payload.t * 1.8 + 32', ofType: 'jsonata', as: 'fahrenheit' },
            ],
            emit: 'changed',
            emitLeaving: true,
          },
          s: { mode: 'key', emptyBatches: true },
        },
      ],
      ['receiver-and-debug', { r: ['dstream-receiver', 'd'], d: ['debug'] }, { r: { source: 'simulated' } }],
    ];
    for (const [name, drawing, dialogs] of cases) {
      it(name, () => {
        const result = compiled(drawing, dialogs);
        expect(result.problems).to.deep.equal([]);
        const golden = readFileSync(join(process.cwd(), `test/flow/golden/${name}.json`), 'utf8').trimEnd();
        expect(canonicalJson(result.plan)).to.equal(golden);
        expect(validatePlan(JSON.parse(golden))).to.deep.equal(result.plan);
      });
    }

    it('nodes without any properties compile like the defaults', () => {
      expect(compiled(line).plan).to.deep.equal(compiled(line, defaults).plan);
    });
  });

  describe('sinks', () => {
    const of = (dialog: NodeProperties): unknown => operator(compiled(line, { ...defaults, s: dialog }), 's').parameters;

    it('know their target, and of an address and a secret only the name', () => {
      expect(of({ target: 'mqtt', broker: 'q', mode: 'record' })).to.deep.equal({
        target: { kind: 'mqtt', connection: 'q/s', topic: '', qos: 1, retain: false }, mode: 'record', emptyBatches: false,
      });
      expect(of({ target: 'mqtt', broker: 'q', topic: ' a/{key} ', qos: '0', retain: true, mode: 'key' })).to.deep.equal({
        target: { kind: 'mqtt', connection: 'q/s', topic: 'a/{key}', qos: 0, retain: true }, mode: 'key', emptyBatches: false,
      });
      expect(of({ target: 'http', url: 'https://h/in?token=t', header: 'Authorization', timeout: '2.5' })).to.deep.equal({
        target: { kind: 'http', connection: 'http/s', timeout: 2500 }, mode: 'batch', emptyBatches: false,
      });
    });

    it('write files with a line for each record, named after the node where no name is given', () => {
      const file = { kind: 'file', path: 'dstream-output', name: 'records', format: 'json', roll: 'day', columns: [] };
      expect(of({ target: 'file', mode: 'batch', emptyBatches: true })).to.deep.equal({ target: file, mode: 'record', emptyBatches: false });
      const dialog = { target: 'file', mode: 'key', path: ' /data ', name: ' Mean / hall 3 ', fileFormat: 'csv', roll: 'batch', columns: ' key, mean,,' };
      expect(of(dialog)).to.deep.equal({
        target: { kind: 'file', path: '/data', name: 'Mean-hall-3', format: 'csv', roll: 'batch', columns: ['key', 'mean'] },
        mode: 'key', emptyBatches: false,
      });
      expect(of({ ...dialog, fileName: 'means 1', fileFormat: 'text' })).to.deep.include({
        target: { kind: 'file', path: '/data', name: 'means 1', format: 'text', roll: 'batch', columns: [] },
      });
      for (const name of ['../..', 'CON', '\u0000', '.']) expect(of({ ...dialog, name })).to.have.nested.property('target.name', 'records');
    });

    it('pin their results where that is ticked', () => {
      expect(of({ pin: true })).to.deep.equal({ target: { kind: 'flow' }, mode: 'batch', emptyBatches: false, pin: true });
      expect(of({ pin: false })).not.to.have.property('pin');
    });
  });

  describe('batchers', () => {
    it('puts one of 1 s behind a receiver that has none, and says so', () => {
      const result = compiled(
        { r: ['dstream-receiver', 'm', 'n'], m: ['dstream-map', 'd'], n: ['dstream-map', 'd'], d: ['debug'] },
      );
      expect(result.plan?.graph).to.equal('r.batcher');
      expect(result.plan?.batchInterval).to.equal(1000);
      expect(operator(result, 'r.batcher').inputs).to.deep.equal([{ id: 'r', port: 0 }]);
      expect(operator(result, 'm').inputs).to.deep.equal([{ id: 'r.batcher', port: 0 }]);
      expect(result.hints.map(({ nodeId }) => nodeId)).to.deep.equal(['r']);
      expect(result.hints[0]?.text).to.contain('1000 ms');
    });

    it('gives it the interval of the batchers that were drawn, which also name the graph', () => {
      const result = compiled(
        {
          a: ['dstream-receiver', 'm'],
          r: ['dstream-receiver', 'z'],
          z: ['dstream-batcher', 'm'],
          m: ['dstream-map', 'd'],
          d: ['debug'],
        },
        { z: { interval: 5 } },
      );
      expect(result.plan?.graph).to.equal('z');
      expect(result.plan?.batchInterval).to.equal(5000);
      expect(operator(result, 'm').inputs.map(({ id }) => id)).to.deep.equal(['a.batcher', 'z']);
    });

    it('names the graph by its smallest batcher', () => {
      const result = compiled(
        {
          r: ['dstream-receiver', 'c', 'b'],
          b: ['dstream-batcher', 'd'],
          c: ['dstream-batcher', 'd', 'm'],
          m: ['dstream-map', 'd'],
          d: ['debug'],
        },
      );
      expect(result.plan?.graph).to.equal('b');
    });

    it('reads the sources of a receiver, with numbers from text', () => {
      const lone: Drawing = { r: ['dstream-receiver', 'd'], d: ['debug'] };
      const source = (properties: NodeProperties): unknown => {
        const found = operator(compiled(lone, { r: properties }), 'r');
        return found.type === 'receiver' ? found.parameters.source : undefined;
      };
      expect(source({ source: 'http', httpPath: ' /house/sensors/ ' })).to.deep.equal({ kind: 'http', path: 'house/sensors', bodyLimit: 1_048_576 });
      expect(source({ source: 'http', httpPath: 'a', bodyLimit: '2' })).to.deep.equal({ kind: 'http', path: 'a', bodyLimit: 2048 });
      expect(source({ source: 'tcp', port: '9999' })).to.deep.equal({ kind: 'tcp', role: 'listen', host: '127.0.0.1', port: 9999 });
      expect(source({ source: 'tcp', tcpRole: 'connect', host: ' server ', port: 1 })).to.deep.equal({ kind: 'tcp', role: 'connect', host: 'server', port: 1 });
      expect(source({ source: 'folder', folder: ' in ' })).to.deep.equal({ kind: 'folder', path: 'in', pattern: '*', split: 'lines', existing: false });
      expect(source({ source: 'folder', folder: '/in', pattern: '*.csv', split: 'whole', existing: true })).to.deep.equal({
        kind: 'folder', path: '/in', pattern: '*.csv', split: 'whole', existing: true,
      });
    });

    it('hands the strictest limits behind a receiver to it', () => {
      const result = compiled(
        {
          r: ['dstream-receiver', 'b', 'c'],
          q: ['dstream-receiver', 'c'],
          b: ['dstream-batcher', 'd'],
          c: ['dstream-batcher', 'd'],
          d: ['debug'],
        },
        {
          b: { bufferLimit: 50, maxRate: 10, backpressure: true, minRate: '20', initialRate: '' },
          c: { bufferLimit: 70, maxRate: 5, backpressure: true, minRate: 30, initialRate: '60' },
        },
      );
      expect(operator(result, 'r').parameters).to.deep.include({
        bufferLimit: 50, maxRate: 5, backpressure: { initialRate: 60, minRate: 20 },
      });
      expect(operator(result, 'q').parameters).to.deep.include({
        bufferLimit: 70, maxRate: 5, backpressure: { initialRate: 60, minRate: 30 },
      });
    });

    it('has no back-pressure unless a batcher asks for it; one of several is enough', () => {
      const drawing: Drawing = {
        r: ['dstream-receiver', 'b', 'c'], b: ['dstream-batcher', 'd'], c: ['dstream-batcher', 'd'], d: ['debug'],
      };
      const backpressure = (dialogs: Dialogs): unknown => {
        const { parameters } = operator(compiled(drawing, dialogs), 'r');
        return 'backpressure' in parameters ? parameters.backpressure : undefined;
      };
      expect(backpressure({ b: { backpressure: false, minRate: 'soon' } })).to.equal(null);
      expect(backpressure({ c: { backpressure: true } })).to.deep.equal({ initialRate: null, minRate: 100 });
    });

    it('wants equal intervals', () => {
      const result = compiled(
        { r: ['dstream-receiver', 'b', 'c'], b: ['dstream-batcher', 'd'], c: ['dstream-batcher', 'd'], d: ['debug'] },
        { b: { interval: 1 }, c: { interval: 2 } },
      );
      expect(codes(result)).to.deep.equal(['c batch-intervals-differ']);
      expect(result.problems[0]?.what).to.equal('the batch interval is 2000 ms here and 1000 ms in batcher b');
      expect(result.plan).to.equal(undefined);
    });

    it('wants one engine and tells which', () => {
      const drawing: Drawing = {
        r: ['dstream-receiver', 'b', 'c'],
        b: ['dstream-batcher', 'd'],
        c: ['dstream-batcher', 'd'],
        d: ['debug'],
      };
      expect(codes(compiled(drawing, { b: { engine: 'e' } }))).to.deep.equal(['c engines-differ']);
      expect(compiled(drawing, { b: { engine: 'e' }, c: { engine: 'e' } }).engine).to.equal('e');
    });
  });

  it('unites several inputs in the order of their ids', () => {
    const result = compiled(
      {
        r: ['dstream-receiver', 'b'],
        b: ['dstream-batcher', 'z', 'a', 's'],
        z: ['dstream-map', 's'],
        a: ['dstream-map', 's'],
        s: ['dstream-sink'],
      },
    );
    expect(operator(result, 's').inputs.map(({ id }) => id)).to.deep.equal(['a', 'b', 'z']);
    expect(result.plan?.operators.map(({ id }) => id)).to.deep.equal(['r', 'b', 'a', 'z', 's']);
  });

  it('taps what an ordinary node is wired to, apart from the plan', () => {
    const tapped: Drawing = { ...line, m: ['dstream-map', 'w', 'd'] };
    expect(compiled(tapped).taps).to.deep.equal(['m']);
    expect(compiled(tapped).plan).to.deep.equal(compiled(line).plan);
  });

  describe('problems', () => {
    const lone: Drawing = { r: ['dstream-receiver', 'b'], b: ['dstream-batcher', 's'], s: ['dstream-sink'] };
    const cases: [string, Drawing, Dialogs, string[], string?][] = [
      ['no sink and no tap', { r: ['dstream-receiver', 'b'], b: ['dstream-batcher'] }, {}, ['b no-output']],
      [
        'a disabled sink',
        { r: ['dstream-receiver', 'b'], b: ['dstream-batcher', 's'], s: ['disabled'] },
        {},
        ['b no-output'],
        'disabled or missing: s',
      ],
      ['no receiver', { m: ['dstream-map', 's'], s: ['dstream-sink'] }, {}, ['m no-input']],
      ['a lone sink', { s: ['dstream-sink'] }, {}, ['s no-input']],
      ['a branch without receiver', { ...lone, m: ['dstream-map', 's'] }, {}, ['m no-input']],
      [
        'a window of 2.5 batches',
        line,
        { w: { length: '2500', lengthUnits: 'ms' } },
        ['w window-not-multiple'],
        'window 2500 ms is not a multiple of the batch interval 1000 ms. A window is made of whole batches. Use 2000 or 3000.',
      ],
      ['a window of half a batch', line, { w: { length: 500, lengthUnits: 'ms' } }, ['w window-not-multiple'], 'Use 1000.'],
      ['a slide of 1.5 batches', line, { w: { mode: 'sliding', slide: 1.5 } }, ['w window-not-multiple'], 'slide 1500 ms'],
      ['a slide that does not count', line, { w: { mode: 'tumbling', slide: 1.5 } }, []],
      ['an interval that is no number', lone, { b: { interval: 'soon' } }, ['b not-a-number'], 'interval is "soon"'],
      ['an interval of 0', lone, { b: { interval: 0 } }, ['b not-a-number'], 'interval is 0'],
      ['an emptied interval', lone, { b: { interval: '' } }, ['b not-a-number'], 'interval is empty'],
      ['a third of a millisecond', lone, { b: { interval: 0.3, intervalUnits: 'ms' } }, ['b not-a-number']],
      ['0.1 s, which binary numbers miss', lone, { b: { interval: '0.1' } }, []],
      ['unknown units', lone, { b: { intervalUnits: 'weeks' } }, ['b unknown-choice']],
      ['a buffer of half a record', lone, { b: { bufferLimit: 0.5 } }, ['b not-a-number']],
      ['a negative rate', lone, { b: { maxRate: -1 } }, ['b not-a-number']],
      ['a lowest rate of 0', lone, { b: { backpressure: true, minRate: 0 } }, ['b not-a-number'], 'minRate is 0'],
      ['an emptied lowest rate', lone, { b: { backpressure: true, minRate: '' } }, ['b not-a-number'], 'minRate is empty'],
      ['a first rate in words', lone, { b: { backpressure: true, initialRate: 'fast' } }, ['b not-a-number'], 'initialRate is "fast"'],
      ['rates that do not count', lone, { b: { backpressure: false, minRate: -1, initialRate: 'fast' } }, []],
      ['mqtt without broker and topic', lone, { r: { source: 'mqtt' } }, ['r broker-missing', 'r topic-invalid']],
      ['QoS 2 without a checkpoint', lone, { r: { source: 'mqtt', broker: 'x', topic: 'a', qos: '2' } }, ['r mqtt-qos2-needs-checkpoint'], 'QoS 1'],
      ['a sink to MQTT without broker', lone, { s: { target: 'mqtt', topic: 'all' } }, ['s broker-missing'], 'publish to'],
      ['a sink to MQTT with a wildcard', lone, { s: { target: 'mqtt', broker: 'x', topic: 'a/+' } }, ['s sink-topic-invalid'], 'one topic'],
      ['a message per batch without topic', lone, { s: { target: 'mqtt', broker: 'x' } }, ['s sink-topic-invalid'], 'no topic of its own'],
      ['a message per batch by key', lone, { s: { target: 'mqtt', broker: 'x', topic: 'a/{key}' } }, ['s sink-topic-invalid'], 'many records'],
      ['a sink to HTTP without address', lone, { s: { target: 'http' } }, ['s sink-url-invalid'], 'None is given'],
      ['an address that is none', lone, { s: { target: 'http', url: 'example' } }, ['s sink-url-invalid'], 'cannot be read'],
      ['an address of a file', lone, { s: { target: 'http', url: 'file:///a' } }, ['s sink-url-invalid'], 'begins with file:'],
      ['files with a folder in their name', lone, { s: { target: 'file', fileName: 'a/b' } }, ['s sink-file-name-invalid'], '"a/b"'],
      ['a folder that no system knows', lone, { s: { target: 'file', path: 'a\0b' } }, ['s sink-folder-invalid']],
      ['a column twice', lone, { s: { target: 'file', fileFormat: 'csv', columns: 'a, b, a' } }, ['s sink-column-twice'], '"a"'],
      ['a header with a blank', lone, { s: { target: 'http', url: 'http://h', header: 'a b' } }, ['s sink-header-invalid'], '"a b"'],
      ['a header that is not the user\'s', lone, { s: { target: 'http', url: 'http://h', header: 'Host' } }, ['s sink-header-invalid']],
      ['a timeout of 0', lone, { s: { target: 'http', url: 'http://h', timeout: '0' } }, ['s not-a-number'], 'from 0.1 to 600'],
      ['an unknown target', lone, { s: { target: 'kafka' } }, ['s unknown-choice'], 'flow, mqtt, http'],
      [
        'a topic with # in the middle',
        lone,
        { r: { source: 'mqtt', broker: 'x', topic: 'a/#/b' } },
        ['r topic-invalid'],
        'last level',
      ],
      [
        'a topic with + beside text',
        lone,
        { r: { source: 'mqtt', broker: 'x', topic: 'a/b+/c' } },
        ['r topic-invalid'],
        'alone in its level',
      ],
      ['an unknown source', lone, { r: { source: 'kafka' } }, ['r unknown-choice'], 'wire, mqtt, http, tcp, folder, simulated'],
      ['no simulated sensor', lone, { r: { source: 'simulated', sensors: 0 } }, ['r not-a-number']],
      ['no path of the endpoint', lone, { r: { source: 'http' } }, ['r http-path-invalid'], 'none is given'],
      ['a path with a parameter', lone, { r: { source: 'http', httpPath: '/a/:id' } }, ['r http-path-invalid'], 'letters a to z'],
      ['a path that climbs', lone, { r: { source: 'http', httpPath: 'a/../b' } }, ['r http-path-invalid'], 'dots'],
      ['a body limit of 0', lone, { r: { source: 'http', httpPath: 'a', bodyLimit: '0' } }, ['r not-a-number'], '16384'],
      ['no port', lone, { r: { source: 'tcp', port: '' } }, ['r not-a-number'], '65535'],
      ['no port at all', lone, { r: { source: 'tcp' } }, ['r not-a-number'], '65535'],
      ['a port that is none', lone, { r: { source: 'tcp', port: '70000' } }, ['r not-a-number'], '65535'],
      ['no host', lone, { r: { source: 'tcp', port: 1, host: ' ' } }, ['r host-missing'], '0.0.0.0'],
      ['no folder', lone, { r: { source: 'folder', folder: ' ' } }, ['r folder-missing']],
      ['a pattern with folders', lone, { r: { source: 'folder', folder: 'a', pattern: 'b/*.csv' } }, ['r pattern-invalid']],
      ['a pattern of hidden files', lone, { r: { source: 'folder', folder: 'a', pattern: '.*' } }, ['r pattern-invalid'], 'dot'],
      ['the topic level 0', lone, { r: { keyType: 'level', key: '0' } }, ['r key-level-invalid']],
      ['no key property', lone, { r: { keyType: 'msg', key: 'msg.' } }, ['r expression-missing']],
      ['an empty function', line, { m: { func: '  ' } }, ['m code-missing']],
      ['no aggregates', line, { k: { aggregates: [] } }, ['k no-aggregates']],
      [
        'an unknown aggregate',
        line,
        { k: { aggregates: [{ aggregate: 'median', of: 'payload', as: 'x' }] } },
        ['k unknown-aggregate'],
      ],
      ['no value', line, { k: { aggregates: [{ aggregate: 'sum', of: '', as: 'x' }] } }, ['k expression-missing']],
      ['no output name', line, { k: { aggregates: [{ aggregate: 'sum', of: 'payload', as: ' ' }] } }, ['k output-name-missing']],
      [
        'a reserved output name',
        line,
        { k: { aggregates: [{ aggregate: 'sum', of: 'payload', as: 'key' }] } },
        ['k output-name-reserved'],
      ],
      [
        'an output name twice',
        line,
        { k: { aggregates: [{ aggregate: 'sum', of: 'payload', as: 'x' }, { aggregate: 'max', of: 'payload', as: 'x' }] } },
        ['k output-name-twice'],
      ],
      ['aggregates that are no list', line, { k: { aggregates: 'mean' } }, ['k no-aggregates']],
      [
        'windows of different slides into one reduceByKey',
        { ...line, b: ['dstream-batcher', 'm', 'v'], v: ['dstream-window', 'k'] },
        { w: { length: 5 }, v: { length: 10 } },
        ['k slides-differ'],
        'window v gives records every 10000 ms and window w every 5000 ms.',
      ],
      [
        'a window beside what comes every batch',
        { ...line, m: ['dstream-map', 'w', 'k'] },
        {},
        ['k slides-differ'],
        'every 1000 ms',
      ],
      [
        'different slides into a map',
        { ...line, k: ['dstream-reduceByKey', 'n'], m: ['dstream-map', 'w', 'n'], n: ['dstream-map', 's'] },
        {},
        ['n slides-differ'],
        'Let both give records every 10000 ms',
      ],
      [
        'different slides into a sink',
        { ...line, b: ['dstream-batcher', 'm', 'v'], v: ['dstream-window', 's'] },
        { w: { length: 5 } },
        [],
      ],
      [
        'equal slides of different windows',
        { ...line, b: ['dstream-batcher', 'm', 'v'], v: ['dstream-window', 'k'] },
        { v: { mode: 'sliding', length: 60, slide: 10 } },
        [],
      ],
      [
        'a window of 12 s behind one of 5 s',
        { ...line, w: ['dstream-window', 'k', 'v'], v: ['dstream-window', 's'] },
        { w: { length: 5 }, v: { length: 12 } },
        ['v window-behind-window'],
        'the length 12000 ms is not a multiple of the 5000 ms at which window w gives records. ' +
          'A window behind a window is made of whole results of the first. Use 10000 or 15000',
      ],
      [
        'a slide of 7 s behind reduceByKey over 5 s',
        { ...line, k: ['dstream-reduceByKey', 'v'], v: ['dstream-window', 's'] },
        { w: { length: 5 }, v: { mode: 'sliding', length: 10, slide: 7 } },
        ['v window-behind-window'],
        'the slide 7000 ms',
      ],
      [
        'a window of 10 s behind one of 5 s',
        { ...line, w: ['dstream-window', 'k', 'v'], v: ['dstream-window', 's'] },
        { w: { length: 5 }, v: { length: 10 } },
        [],
      ],
      ['two at once', line, { m: { func: '' }, w: { length: 'x' } }, ['m code-missing', 'w not-a-number']],
      ['a cycle', { ...line, w: ['dstream-window', 'k', 'm'] }, {}, ['m cycle']],
      ['an ordinary node in the middle', { ...line, m: ['dstream-map', 'f'], f: ['function', 'w'] }, {}, ['w foreign-between']],
    ];
    for (const [title, drawing, dialogs, expected, text] of cases) {
      it(title, () => {
        const result = compiled(drawing, dialogs);
        expect(codes(result)).to.deep.equal(expected);
        expect(result.plan === undefined).to.equal(expected.length > 0);
        if (text !== undefined) expect(
          result.problems.map(({ what, why, fix }) => `${what}. ${why} ${fix}`).join('\n'),
        ).to.contain(text);
      });
    }
  });
});
