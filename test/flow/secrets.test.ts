import { expect } from 'chai';
import { connectionName, type ConnectionView, secretsOf } from '../../src/flow/secrets';
import type { NodeProperties, RuntimeNode } from '../../src/flow/Runtime';
import type { Plan } from '../../src/plan/Plan';
import { examplePlan } from '../plan/examplePlan';

/** A plan with an MQTT receiver for each id, all at one broker. */
const planOf = (...ids: string[]): Plan => ({
  ...examplePlan,
  operators: ids.map((id) => ({
    id,
    type: 'receiver',
    inputs: [],
    parameters: {
      source: { kind: 'mqtt', connection: connectionName('q', id), topic: 'a', qos: 1 },
      format: 'auto',
      key: { from: 'topic' },
      bufferLimit: 1,
      maxRate: null,
      backpressure: null,
    },
  })),
});
const broker = (brokerurl: string): RuntimeNode => Object.assign({ id: 'q', type: 'mqtt-broker' }, { brokerurl, options: {} });
const view = (nodes: readonly RuntimeNode[], properties: Record<string, NodeProperties> = {}): ConnectionView => ({
  node: (id) => nodes.find((node) => node.id === id),
  properties: (id) => properties[id],
  dialog: (id) => properties[id],
  instanceId: 'i',
});
const codes = (problems: readonly { readonly nodeId: string; readonly code: string }[]): string[] => problems.map(
  ({ nodeId, code }) => `${nodeId} ${code}`,
);

describe('secretsOf', () => {
  it('gives each receiver a connection of its own to the same broker', () => {
    const { secrets, problems } = secretsOf(planOf('r1', 'r2'), view([broker('mqtt://h:1883')]));
    expect(problems).to.deep.equal([]);
    expect(Object.keys(secrets)).to.deep.equal(['q/r1', 'q/r2']);
    const [first, second] = Object.values(secrets) as { readonly url: string; readonly clientId: string }[];
    expect([first?.url, second?.url]).to.deep.equal(['mqtt://h:1883', 'mqtt://h:1883']);
    expect(first?.clientId).not.to.equal(second?.clientId);
  });

  it('gives receivers of a graph with a checkpoint a session that lasts, and no other connection', () => {
    const plan = planOf('r1');
    const sink = {
      id: 's', type: 'sink', inputs: [],
      parameters: {
        target: { kind: 'mqtt', connection: connectionName('q', 's'), topic: 'a', qos: 1, retain: false }, mode: 'record', emptyBatches: false,
      },
    } as const;
    const checkpoint = {
      id: 'c', type: 'checkpoint', inputs: [],
      parameters: { path: 'x', interval: 1000, sync: { kind: 'group' }, logLimit: 1, retention: 1 },
    } as const;
    const sessions = (operators: Plan['operators']): unknown =>
      Object.entries(secretsOf({ ...plan, operators }, view([broker('mqtt://h:1883')])).secrets)
        .map(([name, secret]) => [name, (secret as { readonly cleanSession: boolean }).cleanSession]);
    expect(sessions([...plan.operators, sink])).to.deep.equal([['q/r1', true], ['q/s', true]]);
    expect(sessions([...plan.operators, checkpoint, sink])).to.deep.equal([['q/r1', false], ['q/s', true]]);
  });

  it('asks for nothing where no receiver connects', () => {
    expect(secretsOf({ ...examplePlan, operators: examplePlan.operators.slice(1) }, view([]))).to.deep.equal(
      { secrets: {}, problems: [], warnings: [] },
    );
  });

  describe('of a sink', () => {
    const target = { kind: 'http', connection: 'http/s', timeout: 1000 } as const;
    const plan: Plan = { ...examplePlan, operators: [{ id: 's', type: 'sink', inputs: [], parameters: { target, mode: 'batch', emptyBatches: false } }] };
    const node = (secret: string): RuntimeNode => Object.assign({ id: 's', type: 'dstream-sink' }, { credentials: { secret } });

    it('are the address and, as credentials, the value of the header', () => {
      const dialog = { url: ' https://h/in ', header: 'X-Api-Key' };
      expect(secretsOf(plan, view([node('s3cret')], { s: dialog }))).to.deep.equal({
        secrets: { 'http/s': { url: 'https://h/in', headers: { 'x-api-key': 's3cret' } } }, problems: [], warnings: [],
      });
      expect(secretsOf(plan, view([node('s3cret')], { s: { url: 'http://h' } })).secrets).to.deep.equal({ 'http/s': { url: 'http://h', headers: {} } });
    });

    it('cannot hold a line break, which would begin another header', () => {
      const { problems } = secretsOf(plan, view([node('a\nX-Admin: yes')], { s: { url: 'http://h', header: 'X-Api-Key' } }));
      expect(codes(problems)).to.deep.equal(['s sink-secret-invalid']);
      expect(JSON.stringify(problems)).not.to.include('X-Admin');
    });

    it('have a connection of their own to a broker', () => {
      const mqtt = { kind: 'mqtt', connection: connectionName('q', 's'), topic: '', qos: 1, retain: false } as const;
      const toBroker: Plan = { ...plan, operators: [{ id: 's', type: 'sink', inputs: [], parameters: { target: mqtt, mode: 'record', emptyBatches: false } }] };
      expect(Object.keys(secretsOf(toBroker, view([broker('mqtt://h:1883')])).secrets)).to.deep.equal(['q/s']);
      const { problems } = secretsOf(toBroker, view([]));
      expect(problems[0]?.fix).to.equal('Open the sink and choose a server, or another target.');
    });
  });

  it('finds a missing broker and one without address', () => {
    expect(codes(secretsOf(planOf('r1', 'r2'), view([])).problems)).to.deep.equal(['r1 broker-missing', 'r2 broker-missing']);
    expect(codes(secretsOf(planOf('r1'), view([broker('')])).problems)).to.deep.equal(['r1 broker-invalid']);
  });

  it('looks at the tls-config that the flow file names, if TLS is ticked', () => {
    const tls = Object.assign({ id: 't', type: 'tls-config' }, { valid: false });
    const nodes = [broker('mqtts://h'), tls];
    expect(codes(secretsOf(planOf('r1'), view(nodes, { q: { usetls: true, tls: 't' } })).problems)).to.deep.equal(
      ['r1 mqtt-tls-config-invalid'],
    );
    const without = secretsOf(planOf('r1'), view(nodes, { q: { usetls: false, tls: 't' } }));
    expect(codes(without.problems)).to.deep.equal([]);
    expect(codes(without.warnings)).to.deep.equal(['r1 mqtt-tls-unverified']);
  });
});
