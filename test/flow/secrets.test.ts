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
    },
  })),
});
const broker = (brokerurl: string): RuntimeNode => Object.assign({ id: 'q', type: 'mqtt-broker' }, { brokerurl, options: {} });
const view = (nodes: readonly RuntimeNode[], properties: Record<string, NodeProperties> = {}): ConnectionView => ({
  node: (id) => nodes.find((node) => node.id === id),
  properties: (id) => properties[id],
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

  it('asks for nothing where no receiver connects', () => {
    expect(secretsOf({ ...examplePlan, operators: examplePlan.operators.slice(1) }, view([]))).to.deep.equal(
      { secrets: {}, problems: [], warnings: [] },
    );
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
