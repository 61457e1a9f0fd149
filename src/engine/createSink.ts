import type { SinkOperator } from '../plan/Plan';
import type { Clock } from '../ports/Clock';
import { NodeOutputFiles } from '../ports/node/NodeOutputFiles';
import { FileSink } from '../sinks/file/FileSink';
import type { Sink, SinkHost } from '../sinks/Sink';
import type { HttpSecret, MqttSecret } from './Engine';
import { EngineProblem } from './EngineProblem';
import { loadLater } from './loadLater';

/**
 * The sink that an operator's parameters ask for; undefined for one that hands its records to the flow. The registry of
 * sinks: a new kind is one new folder and one case here.
 * @throws EngineProblem when the secret that the parameters refer to is not there
 */
export function createSink(
  operator: SinkOperator,
  secrets: Readonly<Record<string, unknown>>,
  host: SinkHost,
  clock: Clock,
): Sink | undefined {
  const { target } = operator.parameters;
  switch (target.kind) {
    case 'flow':
      return undefined;
    case 'mqtt': {
      const broker = secrets[target.connection] as MqttSecret | undefined;
      if (broker === undefined) throw missing(operator, 'broker-missing', 'MQTT broker', 'Choose a broker in the sink, and deploy.');
      const { MqttSink } = loadLater('../sinks/mqtt/MqttSink') as typeof import('../sinks/mqtt/MqttSink');
      return new MqttSink({ broker, topic: target.topic, qos: target.qos, retain: target.retain }, host, clock);
    }
    case 'http': {
      const secret = secrets[target.connection] as HttpSecret | undefined;
      if (secret === undefined) throw missing(operator, 'sink-url-invalid', 'address', 'Give an address in the sink, and deploy.');
      const { HttpSink } = loadLater('../sinks/http/HttpSink') as typeof import('../sinks/http/HttpSink');
      return new HttpSink({ ...secret, timeout: target.timeout }, host, clock);
    }
    case 'file': {
      const { path, name, format, roll, columns } = target;
      return new FileSink({ sink: operator.id, name, format, roll, columns }, new NodeOutputFiles(path), host, clock);
    }
  }
}

function missing(operator: SinkOperator, code: string, name: string, fix: string): EngineProblem {
  return new EngineProblem({
    nodeId: operator.id,
    code,
    what: `The ${name} of this sink is not there.`,
    why: 'Without it there is nowhere to send records to.',
    fix,
  });
}

/** All that a sink is made from, as text, to see whether it must be made anew. Holds secrets: compared, never shown. */
export function sinkIdentity(operator: SinkOperator, secrets: Readonly<Record<string, unknown>>): string {
  const { target } = operator.parameters;
  return JSON.stringify([target, 'connection' in target ? secrets[target.connection] : null]);
}
