import type { KeySource, ReceiverOperator, SourceParameters } from '../../plan/Plan';
import { problems } from '../problems';
import { connectionName } from '../secrets';
import { endpointPath, endpointPathFault } from '../web/endpointProblems';
import { ABOVE_0, type NumberRule, propertyPath, type PropertyReader, WHOLE, WHOLE_FROM_1 } from './PropertyReader';

/** What a receiver says itself; the limits come from the batchers behind it. */
export type ReceiverDialog = Omit<ReceiverOperator['parameters'], 'bufferLimit' | 'maxRate' | 'backpressure'>;

export function receiverDialog(reader: PropertyReader): ReceiverDialog {
  return {
    source: source(reader),
    format: reader.choice('format', ['auto', 'json', 'text', 'buffer']),
    key: key(reader),
  };
}

function source(reader: PropertyReader): SourceParameters {
  const kind = reader.choice('source', ['wire', 'mqtt', 'http', 'tcp', 'folder', 'simulated']);
  switch (kind) {
    case 'wire':
      return { kind };
    case 'mqtt': {
      const broker = reader.text('broker');
      if (broker === '') reader.problems.push(problems.brokerMissing(reader.id));
      const topic = reader.text('topic').trim();
      const wrong = topicFilterFault(topic);
      if (wrong !== undefined) reader.problems.push(problems.topicInvalid(reader.id, topic, wrong));
      const qos = QOS[reader.choice('qos', ['1', '0', '2'])];
      return { kind, connection: connectionName(broker, reader.id), topic, qos };
    }
    case 'http': {
      const path = endpointPath(reader.text('httpPath'));
      const wrong = endpointPathFault(path);
      if (wrong !== undefined) reader.problems.push(problems.httpPathInvalid(reader.id, path, wrong));
      return { kind, path, bodyLimit: 1024 * reader.number('bodyLimit', 1024, BODY_LIMIT) };
    }
    case 'tcp': {
      const role = reader.choice('tcpRole', ['listen', 'connect']);
      const host = reader.properties['host'] === undefined ? '127.0.0.1' : reader.text('host').trim();
      if (host === '') reader.problems.push(problems.hostMissing(reader.id));
      // There is no port that would be right where none is given: 0 would mean any.
      if (reader.properties['port'] === undefined) reader.problems.push(problems.notANumber(reader.id, 'port', '', PORT.expected));
      return { kind, role, host, port: reader.number('port', 0, PORT) };
    }
    case 'folder': {
      const path = reader.text('folder').trim();
      if (path === '') reader.problems.push(problems.folderMissing(reader.id, 'None is given.'));
      const pattern = reader.text('pattern').trim() || '*';
      const wrong = patternFault(pattern);
      if (wrong !== undefined) reader.problems.push(problems.patternInvalid(reader.id, pattern, wrong));
      return { kind, path, pattern, split: reader.choice('split', ['lines', 'whole']), existing: reader.flag('existing') };
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

const QOS = { 0: 0, 1: 1, 2: 2 } as const;

const BODY_LIMIT: NumberRule = {
  expected: 'a whole number from 1 to 16384, in kB',
  accepts: (value) => Number.isSafeInteger(value) && value >= 1 && value <= 16_384,
};

const PORT: NumberRule = {
  expected: 'a whole number from 1 to 65535',
  accepts: (value) => Number.isSafeInteger(value) && value >= 1 && value <= 65_535,
};

function patternFault(pattern: string): string | undefined {
  if (pattern.includes('/')) return 'It fits the name of a file only; folders in the folder are not looked into.';
  return pattern.startsWith('.') ? 'Files whose names begin with a dot are not read.' : undefined;
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
