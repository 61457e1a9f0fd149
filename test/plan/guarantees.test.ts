import { expect } from 'chai';
import { type Guarantee, guaranteesOf, guaranteeText } from '../../src/plan/guarantees';
import type { CheckpointOperator, Operator, Plan, ReceiverOperator, SinkOperator, SourceParameters } from '../../src/plan/Plan';

type Target = SinkOperator['parameters']['target'];

const from = (...ids: string[]): { id: string; port: number }[] => ids.map((id) => ({ id, port: 0 }));

function receiver(source: SourceParameters, id = 'receiver'): ReceiverOperator {
  const parameters = { source, format: 'auto', key: { from: 'topic' }, bufferLimit: 1000, maxRate: null, backpressure: null } as const;
  return { id, type: 'receiver', inputs: [], parameters };
}

function sink(target: Target, input: string, more: { readonly id?: string; readonly pin?: boolean } = {}): SinkOperator {
  const { id = 'sink', ...pin } = more;
  return { id, type: 'sink', inputs: from(input), parameters: { target, mode: 'batch', emptyBatches: false, ...pin } };
}

function checkpoint(input: string, sync: CheckpointOperator['parameters']['sync'] = { kind: 'group' }): CheckpointOperator {
  return { id: 'checkpoint', type: 'checkpoint', inputs: from(input), parameters: { path: '/d', interval: 10_000, sync, logLimit: 1e9, retention: 1e9 } };
}

function plan(...operators: readonly Operator[]): Plan {
  return { version: 1, graph: 'g', batchInterval: 1000, operators };
}

function only(drawing: Plan): Guarantee {
  const guarantee = guaranteesOf(drawing).get('sink');
  if (guarantee === undefined) throw new Error('The sink has no guarantee.');
  return guarantee;
}

const mqtt = (qos: 0 | 1 | 2): SourceParameters => ({ kind: 'mqtt', connection: 'c', topic: 'a/#', qos });

const SOURCES: Readonly<Record<string, SourceParameters>> = {
  wire: { kind: 'wire' },
  'mqtt 0': mqtt(0),
  'mqtt 1': mqtt(1),
  'mqtt 2': mqtt(2),
  http: { kind: 'http', path: 'p', bodyLimit: 1000 },
  tcp: { kind: 'tcp', role: 'listen', host: '127.0.0.1', port: 1 },
  folder: { kind: 'folder', path: '/in', pattern: '*', split: 'lines', existing: true },
  simulated: { kind: 'simulated', sensors: 1, rate: 1, seed: 1 },
};

const FILE: Target = { kind: 'file', path: '/out', name: 'records', format: 'json', roll: 'day', columns: [] };

const TARGETS: Readonly<Record<string, Target>> = {
  flow: { kind: 'flow' },
  'mqtt 0': { kind: 'mqtt', connection: 'c', topic: 't', qos: 0, retain: false },
  'mqtt 1': { kind: 'mqtt', connection: 'c', topic: 't', qos: 1, retain: false },
  http: { kind: 'http', connection: 'c', timeout: 1000 },
  file: FILE,
};

const NAMES = { most: 'at most once', least: 'at least once', wire: 'at least once to the wire', exact: 'exactly once' } as const;

/** Every cell of the matrix in docs/reliability.md, for a graph with a checkpoint node. */
const MATRIX: Readonly<Record<string, Readonly<Record<string, keyof typeof NAMES>>>> = {
  wire: { flow: 'most', 'mqtt 0': 'most', 'mqtt 1': 'most', http: 'most', file: 'most' },
  'mqtt 0': { flow: 'most', 'mqtt 0': 'most', 'mqtt 1': 'most', http: 'most', file: 'most' },
  'mqtt 1': { flow: 'wire', 'mqtt 0': 'most', 'mqtt 1': 'least', http: 'least', file: 'least' },
  'mqtt 2': { flow: 'wire', 'mqtt 0': 'most', 'mqtt 1': 'least', http: 'least', file: 'exact' },
  http: { flow: 'wire', 'mqtt 0': 'most', 'mqtt 1': 'least', http: 'least', file: 'least' },
  tcp: { flow: 'most', 'mqtt 0': 'most', 'mqtt 1': 'most', http: 'most', file: 'most' },
  folder: { flow: 'wire', 'mqtt 0': 'most', 'mqtt 1': 'least', http: 'least', file: 'exact' },
  simulated: { flow: 'wire', 'mqtt 0': 'most', 'mqtt 1': 'least', http: 'least', file: 'exact' },
};

describe('guaranteesOf', () => {
  for (const [sourceName, source] of Object.entries(SOURCES)) {
    for (const [targetName, target] of Object.entries(TARGETS)) {
      const expected = NAMES[MATRIX[sourceName]?.[targetName] ?? 'exact'];

      it(`${sourceName} to ${targetName}: ${expected}; at most once without a checkpoint`, () => {
        const durable = only(plan(receiver(source), checkpoint('receiver'), sink(target, 'checkpoint')));
        expect(guaranteeText(durable)).to.equal(expected);
        expect(durable.reasons).to.not.deep.equal([]);
        const inMemory = only(plan(receiver(source), sink(target, 'receiver')));
        expect(guaranteeText(inMemory)).to.equal('at most once');
        expect(inMemory.reasons[0]?.text).to.contain('Put a checkpoint node anywhere into the graph.');
        expect(inMemory.conditions).to.deep.equal([]);
      });
    }
  }

  it('gives the weakest first as reason, with the node that it comes from, and both where both are the same', () => {
    const { reasons } = only(plan(receiver(mqtt(0)), checkpoint('receiver'), sink({ kind: 'http', connection: 'c', timeout: 1 }, 'checkpoint')));
    expect(reasons.map(({ operator }) => operator)).to.deep.equal(['receiver', 'sink']);
    expect(reasons[0]?.text).to.contain('Choose 1 or 2 in the receiver');
    const exact = only(plan(receiver(mqtt(2)), checkpoint('receiver'), sink(FILE, 'checkpoint')));
    expect(exact.reasons.map(({ operator }) => operator)).to.deep.equal(['receiver', 'sink']);
  });

  it('takes the weakest of all sources that a sink has, and none of those that it has not', () => {
    const guarantees = guaranteesOf(
      plan(
        receiver(mqtt(2), 'sure'),
        receiver(mqtt(0), 'unsure'),
        checkpoint('sure'),
        { id: 'both', type: 'join', inputs: from('checkpoint', 'unsure'), parameters: { mode: 'inner', left: 'unsure' } },
        sink(FILE, 'both', { id: 'weak' }),
        sink(FILE, 'checkpoint', { id: 'strong' }),
      ),
    );
    expect(guarantees.get('weak')?.level).to.equal('at most once');
    expect(guarantees.get('weak')?.reasons.map(({ operator }) => operator)).to.deep.equal(['unsure']);
    expect(guarantees.get('strong')?.level).to.equal('exactly once');
  });

  it('counts for the whole graph, wherever the checkpoint node stands', () => {
    expect(only(plan(receiver(mqtt(2)), sink(FILE, 'receiver'), checkpoint('receiver'))).level).to.equal('exactly once');
  });

  describe('where a function gives something else when it runs again', () => {
    const random = { lang: 'javascript', source: 'return Math.random();' } as const;
    const still = { lang: 'javascript', source: 'return msg.payload + ctx.random();' } as const;
    const key = { from: 'key' } as const;
    const operators: Readonly<Record<string, Operator>> = {
      map: { id: 'f', type: 'map', inputs: from('checkpoint'), parameters: { mode: 'map', code: random } },
      'the key of a state': {
        id: 'f', type: 'state', inputs: from('checkpoint'),
        parameters: { key: { from: 'code', code: random }, mode: 'update', code: still, timeout: null, emit: 'all', keyLimit: 9 },
      },
      'the function of a state': {
        id: 'f', type: 'state', inputs: from('checkpoint'),
        parameters: { key, mode: 'update', code: random, timeout: null, emit: 'all', keyLimit: 9 },
      },
      'a value of reduceByKey': {
        id: 'f', type: 'reduceByKey', inputs: from('checkpoint'),
        parameters: { key, aggregates: [{ aggregate: 'sum', of: { from: 'code', code: random }, as: 's' }], emit: 'all', emitLeaving: false, keyLimit: 9 },
      },
      'a function of reduceByKey': {
        id: 'f', type: 'reduceByKey', inputs: from('checkpoint'),
        parameters: { key, aggregates: [{ aggregate: 'reduce', of: key, as: 's', reduce: random }], emit: 'all', emitLeaving: false, keyLimit: 9 },
      },
    };

    for (const [name, operator] of Object.entries(operators)) {
      it(`${name}: at least once with the reason, and exactly once again where the sink pins`, () => {
        const drawing = (pin: boolean): Plan => plan(receiver(mqtt(2)), checkpoint('receiver'), operator, sink(FILE, 'f', { pin }));
        const drifting = only(drawing(false));
        expect(drifting.level).to.equal('at least once');
        expect(drifting.reasons.map((reason) => reason.operator)).to.deep.equal(['f']);
        expect(drifting.reasons[0]?.text).to.contain('Math.random');
        expect(only(drawing(true)).level).to.equal('exactly once');
      });
    }

    it('does not mind functions that give the same again, nor those behind another sink', () => {
      const sound = plan(
        receiver(mqtt(2)), checkpoint('receiver'),
        { id: 'still', type: 'map', inputs: from('checkpoint'), parameters: { mode: 'map', code: still } },
        { id: 'other', type: 'map', inputs: from('checkpoint'), parameters: { mode: 'map', code: random } },
        sink(FILE, 'still'), sink(FILE, 'other', { id: 'elsewhere' }),
      );
      expect(only(sound).level).to.equal('exactly once');
      expect(guaranteesOf(sound).get('elsewhere')?.level).to.equal('at least once');
    });
  });

  it('says what depends on broker, clients and disk, each once', () => {
    const drawing = plan(
      receiver(mqtt(1), 'a'), receiver(mqtt(1), 'b'), checkpoint('a', { kind: 'timer', interval: 1500 }),
      sink({ kind: 'flow' }, 'checkpoint'), sink({ kind: 'flow' }, 'b', { id: 'second' }),
    );
    const { conditions } = only(drawing);
    expect(conditions[0]).to.contain('last 1500 ms');
    expect(conditions.filter((text) => text.startsWith('The broker keeps'))).to.have.length(1);
    expect(new Set(conditions).size).to.equal(conditions.length);
    const patient = only(plan(receiver(mqtt(1)), checkpoint('receiver', { kind: 'each' }), sink({ kind: 'flow' }, 'checkpoint')));
    expect(patient.conditions.join(' ')).to.not.contain('power cut');
  });
});
