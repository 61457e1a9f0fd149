import type { KeySource, ReceiverOperator, SourceParameters } from '../../plan/Plan';
import { problems } from '../problems';
import { connectionName } from '../secrets';
import { ABOVE_0, propertyPath, type PropertyReader, WHOLE, WHOLE_FROM_1 } from './PropertyReader';

/** What a receiver says itself; the limits come from the batchers behind it. */
export type ReceiverDialog = Omit<ReceiverOperator['parameters'], 'bufferLimit' | 'maxRate'>;

export function receiverDialog(reader: PropertyReader): ReceiverDialog {
  return {
    source: source(reader),
    format: reader.choice('format', ['auto', 'json', 'text', 'buffer']),
    key: key(reader),
  };
}

function source(reader: PropertyReader): SourceParameters {
  const kind = reader.choice('source', ['wire', 'mqtt', 'simulated']);
  switch (kind) {
    case 'wire':
      return { kind };
    case 'mqtt': {
      const broker = reader.text('broker');
      if (broker === '') reader.problems.push(problems.brokerMissing(reader.id));
      const topic = reader.text('topic').trim();
      const wrong = topicFilterFault(topic);
      if (wrong !== undefined) reader.problems.push(problems.topicInvalid(reader.id, topic, wrong));
      const qos = reader.choice('qos', ['1', '0']) === '0' ? 0 : 1;
      return { kind, connection: connectionName(broker, reader.id), topic, qos };
    }
    case 'simulated':
      return {
        kind,
        sensors: reader.number('sensors', 10, WHOLE_FROM_1),
        rate: reader.number('rate', 1, ABOVE_0),
        seed: reader.number('seed', 42, WHOLE),
      };
  }
}

function key(reader: PropertyReader): KeySource {
  switch (reader.choice('keyType', ['topic', 'level', 'msg'])) {
    case 'topic':
      return { from: 'topic' };
    case 'level': {
      const text = reader.text('key').trim();
      const level = text === '' ? NaN : Number(text);
      if (Number.isSafeInteger(level) && level !== 0 && Math.abs(level) <= 65_535) return { from: 'level', level };
      reader.problems.push(problems.keyLevelInvalid(reader.id, text));
      return { from: 'topic' };
    }
    case 'msg': {
      const property = propertyPath(reader.text('key'));
      if (property !== '') return { from: 'property', property };
      reader.problems.push(problems.expressionMissing(reader.id, 'the property of the key'));
      return { from: 'topic' };
    }
  }
}

/**
 * Why a text cannot be subscribed to, or undefined where it can (MQTT 5.0, section 4.7.1: `#` stands alone in the last level,
 * `+` stands alone in its level).
 */
function topicFilterFault(topic: string): string | undefined {
  if (topic === '') return 'A receiver with the source mqtt listens to a topic, and none is given.';
  const levels = topic.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1)) return '# stands alone in the last level only.';
    if (level.includes('+') && level !== '+') return '+ stands alone in its level.';
  }
  return undefined;
}
