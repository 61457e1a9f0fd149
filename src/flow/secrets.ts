import type { Plan } from '../plan/Plan';
import type { Problem } from '../plan/Problem';
import { mqttBroker } from './mqttBroker';
import { problems } from './problems';
import type { NodeProperties, RuntimeNode } from './Runtime';

/** Where connections are looked up. */
export interface ConnectionView {
  node(id: string): RuntimeNode | undefined;
  properties(id: string): NodeProperties | undefined;
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
 * Reads what the receivers of a plan need to connect, from the config nodes that they name.
 * Each receiver's connection has a name of its own, because each has a client id of its own.
 */
export function secretsOf(plan: Plan, view: ConnectionView): Secrets {
  const secrets: Record<string, unknown> = {};
  const found: Problem[] = [];
  const warnings: Problem[] = [];
  for (const operator of plan.operators) {
    if (operator.type !== 'receiver' || operator.parameters.source.kind !== 'mqtt') continue;
    const { connection } = operator.parameters.source;
    const brokerId = brokerOf(connection);
    const broker = view.node(brokerId);
    if (broker === undefined) {
      found.push(problems.brokerMissing(operator.id));
      continue;
    }
    const settings = mqttBroker(broker, tlsNode(brokerId, broker, view), { instanceId: view.instanceId, nodeId: operator.id });
    found.push(...settings.problems);
    warnings.push(...settings.warnings);
    if (settings.options.url === '') found.push(problems.brokerInvalid(operator.id, 'It has no address.'));
    secrets[connection] = settings.options;
  }
  return { secrets, problems: found, warnings };
}

/** The name of a receiver's connection to a broker. */
export function connectionName(brokerId: string, receiver: string): string {
  return `${brokerId}/${receiver}`;
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
