import type { HttpSecret } from '../engine/Engine';
import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import { mqttBroker } from './mqttBroker';
import { problems } from './problems';
import type { NodeProperties, RuntimeNode } from './Runtime';

/** Where connections are looked up. */
export interface ConnectionView {
  node(id: string): RuntimeNode | undefined;
  properties(id: string): NodeProperties | undefined;
  /** What the dialog of a stream node says, environment variables filled in. */
  dialog(id: string): NodeProperties | undefined;
  /** Tells this Node-RED from others that run the same flow. */
  readonly instanceId: string;
}

export interface Secrets {
  /** By the names that the plan's connections have. Never to be logged or stored. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Reads what the receivers and sinks of a plan need to connect, from themselves and the config nodes that they name.
 * Each connection to a broker has a name of its own, because each has a client id of its own.
 */
export function secretsOf(plan: Plan, view: ConnectionView): Secrets {
  const secrets: Record<string, unknown> = {};
  const found: Problem[] = [];
  const warnings: Problem[] = [];
  const isDurable = plan.operators.some(({ type }) => type === 'checkpoint');
  const atBroker = (nodeId: string, connection: string, role: 'receiver' | 'sink'): void => {
    const brokerId = brokerOf(connection);
    const broker = view.node(brokerId);
    if (broker === undefined) {
      found.push(problems.brokerMissing(nodeId, role));
      return;
    }
    const identity = { instanceId: view.instanceId, nodeId };
    const settings = mqttBroker(broker, tlsNode(brokerId, broker, view), identity, isDurable && role === 'receiver');
    found.push(...settings.problems);
    warnings.push(...settings.warnings);
    if (settings.options.url === '') found.push(problems.brokerInvalid(nodeId, 'It has no address.'));
    secrets[connection] = settings.options;
  };
  for (const operator of plan.operators) {
    if (operator.type === 'receiver' && operator.parameters.source.kind === 'mqtt') {
      atBroker(operator.id, operator.parameters.source.connection, 'receiver');
    } else if (operator.type === 'sink' && operator.parameters.target.kind === 'mqtt') {
      atBroker(operator.id, operator.parameters.target.connection, 'sink');
    } else if (operator.type === 'sink' && operator.parameters.target.kind === 'http') {
      const secret = httpSecret(operator.id, view);
      if (Object.values(secret.headers).some((value) => !isHeaderValue(value))) found.push(problems.sinkSecretInvalid(operator.id));
      secrets[operator.parameters.target.connection] = secret;
    }
  }
  return { secrets, problems: found, warnings };
}

/** The address and the header of a sink; the value of the header is one of Node-RED's credentials, the rest stands in the flow. */
function httpSecret(sink: string, view: ConnectionView): HttpSecret {
  const dialog = view.dialog(sink) ?? {};
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
  const header = text(dialog.header);
  const { credentials } = (view.node(sink) ?? {}) as { readonly credentials?: { readonly secret?: unknown } };
  return { url: text(dialog.url), headers: header === '' ? {} : { [header.toLowerCase()]: text(credentials?.secret) } };
}

/** Visible characters of Latin-1, blanks and tabs (RFC 9110, 5.5). */
function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** The name of the connection of a receiver or sink to a broker. */
export function connectionName(brokerId: string, nodeId: string): string {
  return `${brokerId}/${nodeId}`;
}

function brokerOf(connection: string): string {
  return connection.slice(0, connection.indexOf('/'));
}

/** The running broker node does not say which tls-config it uses; the flow file does. */
function tlsNode(brokerId: string, broker: RuntimeNode, view: ConnectionView): object | undefined {
  const properties = view.properties(brokerId) ?? (broker._alias === undefined ? undefined : view.properties(broker._alias));
  const usesTls = properties?.usetls === true || properties?.usetls === 'true';
  return usesTls && typeof properties.tls === 'string' && properties.tls !== '' ? view.node(properties.tls) : undefined;
}
