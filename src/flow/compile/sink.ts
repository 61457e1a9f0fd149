import { isFileName } from '../../plan/fileNames';
import type { FileTarget, SinkOperator, SinkTarget } from '../../plan/Plan';
import { problems } from '../problems';
import { connectionName } from '../secrets';
import type { NumberRule, PropertyReader } from './PropertyReader';

/** The name under which a sink's address and header are handed over beside the plan. */
export function httpConnection(sink: string): string {
  return connectionName('http', sink);
}

/** Seconds that one request may take. */
const TIMEOUT: NumberRule = { expected: 'a number from 0.1 to 600', accepts: (value) => value >= 0.1 && value <= 600 };
const DEFAULT_TIMEOUT = 10;

/** A name for a header (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers that say how a request is written, which is not for the user to say. */
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'host', 'expect', 'upgrade', 'idempotency-key']);

export function sinkParameters(reader: PropertyReader): SinkOperator['parameters'] {
  const mode = reader.choice('mode', ['batch', 'record', 'key']);
  const chosen = target(reader, mode);
  const pin = reader.flag('pin') ? { pin: true } : {};
  // In a file each record has a line of its own, and nothing is written of nothing.
  if (chosen.kind === 'file') return { target: chosen, mode: mode === 'key' ? mode : 'record', emptyBatches: false, ...pin };
  return { target: chosen, mode, emptyBatches: reader.flag('emptyBatches'), ...pin };
}

function target(reader: PropertyReader, mode: SinkOperator['parameters']['mode']): SinkTarget {
  const kind = reader.choice('target', ['flow', 'mqtt', 'http', 'file']);
  switch (kind) {
    case 'flow':
      return { kind };
    case 'mqtt': {
      const broker = reader.text('broker');
      if (broker === '') reader.problems.push(problems.brokerMissing(reader.id, 'sink'));
      const topic = reader.text('topic').trim();
      const fault = templateFault(topic, mode);
      if (fault !== undefined) reader.problems.push(problems.sinkTopicInvalid(reader.id, topic, fault));
      const qos = reader.choice('qos', ['1', '0']) === '0' ? 0 : 1;
      return { kind, connection: connectionName(broker, reader.id), topic, qos, retain: reader.flag('retain') };
    }
    case 'http': {
      const fault = urlFault(reader.text('url').trim());
      if (fault !== undefined) reader.problems.push(problems.sinkUrlInvalid(reader.id, fault));
      const header = reader.text('header').trim();
      if (header !== '' && (!TOKEN.test(header) || OWN_HEADERS.has(header.toLowerCase()))) {
        reader.problems.push(problems.sinkHeaderInvalid(reader.id, header));
      }
      const timeout = Math.round(reader.number('timeout', DEFAULT_TIMEOUT, TIMEOUT) * 1000);
      return { kind, connection: httpConnection(reader.id), timeout };
    }
    case 'file':
      return fileTarget(reader);
  }
}

/** Where files are written, in the directory of Node-RED's own files. */
const DEFAULT_FOLDER = 'dstream-output';

function fileTarget(reader: PropertyReader): FileTarget {
  const path = reader.text('path').trim() || DEFAULT_FOLDER;
  if (path.includes('\0')) reader.problems.push(problems.sinkFolderInvalid(reader.id, path));
  const given = reader.text('fileName').trim();
  if (given !== '' && !isFileName(given)) reader.problems.push(problems.sinkFileNameInvalid(reader.id, given));
  const format = reader.choice('fileFormat', ['json', 'text', 'csv']);
  const columns = format === 'csv' ? columnsOf(reader.text('columns')) : [];
  const twice = columns.find((column, index) => columns.indexOf(column) < index);
  if (twice !== undefined) reader.problems.push(problems.sinkColumnTwice(reader.id, twice));
  return {
    kind: 'file',
    path,
    name: given === '' ? nameFor(reader.text('name')) : given,
    format,
    roll: reader.choice('roll', ['day', 'hour', 'batch']),
    columns,
  };
}

function columnsOf(text: string): string[] {
  return text.split(',').map((column) => column.trim()).filter((column) => column !== '');
}

/** A name for files that is made of the name of a node, which may have anything in it. */
function nameFor(node: string): string {
  const name = node.normalize('NFC').replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 60);
  return isFileName(name) ? name : 'records';
}

/** Why a template cannot give topics to publish to, or undefined where it can. */
function templateFault(topic: string, mode: SinkOperator['parameters']['mode']): string | undefined {
  if (/[+#]/.test(topic)) return '+ and # are for those who subscribe; a message is published to one topic.';
  if (mode !== 'batch') return undefined;
  if (topic === '') return 'A message per batch is of many records, so it has no topic of its own, and none is given.';
  return /\{(topic|key)\}/.test(topic) ? 'A message per batch is of many records, so there is no one topic or key to put in.' : undefined;
}

/** Why nothing can be posted to an address, or undefined where it can. The address is not repeated: it may hold a secret. */
function urlFault(url: string): string | undefined {
  if (url === '') return 'None is given.';
  if (!URL.canParse(url)) return 'It cannot be read as one.';
  const { protocol } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? undefined : `It begins with ${protocol} instead of http: or https:.`;
}
