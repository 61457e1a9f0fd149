import type { Clock } from '../ports/Clock';
import type { ReceiverOperator } from '../plan/Plan';
import { FolderSource } from '../sources/folder/FolderSource';
import { SimulatedSource } from '../sources/simulated/SimulatedSource';
import { TcpSource } from '../sources/tcp/TcpSource';
import type { Source, SourceHost } from '../sources/Source';
import type { MqttSecret } from './Engine';
import { EngineProblem } from './EngineProblem';
import { loadLater } from './loadLater';

/**
 * The source that a receiver's parameters ask for; undefined for one that is fed from outside, by wires or
 * requests. The registry of sources: a new kind is one new folder and one case here.
 * @throws EngineProblem when the secret that the parameters refer to is not there
 */
export function createSource(
  operator: ReceiverOperator,
  secrets: Readonly<Record<string, unknown>>,
  host: SourceHost,
  clock: Clock,
): Source | undefined {
  const { source } = operator.parameters;
  switch (source.kind) {
    case 'wire':
    case 'http':
      return undefined;
    case 'folder':
      return new FolderSource(source, host, clock);
    case 'tcp':
      return new TcpSource(source, host, clock);
    case 'simulated':
      return new SimulatedSource(source, host, clock);
    case 'mqtt': {
      const connection = secrets[source.connection] as MqttSecret | undefined;
      if (connection === undefined) {
        throw new EngineProblem({
          nodeId: operator.id,
          code: 'broker-missing',
          what: 'The MQTT broker that this receiver names is not there.',
          why: 'Without its address there is nothing to connect to.',
          fix: 'Choose a broker in the receiver, and deploy.',
        });
      }
      const { MqttSource } = loadLater('../sources/mqtt/MqttSource') as typeof import('../sources/mqtt/MqttSource');
      return new MqttSource({ ...connection, subscription: { topic: source.topic, qos: source.qos } }, host);
    }
  }
}

/** All that a source is made from, as text, to see whether it must be made anew. Holds secrets: compared, never shown. */
export function sourceIdentity(operator: ReceiverOperator, secrets: Readonly<Record<string, unknown>>): string {
  const { source } = operator.parameters;
  return JSON.stringify([source, source.kind === 'mqtt' ? secrets[source.connection] : null]);
}
