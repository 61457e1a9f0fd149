import type { SinkRecord } from '../Sink';

/** Bytes; the length of a topic is a 16-bit number (MQTT 5, 1.5.4). */
const LONGEST_TOPIC = 65_535;

/** The topic of one record: `{topic}` and `{key}` are replaced, and an empty template means the record's own topic. */
export function topicOf(template: string, record: SinkRecord): string {
  if (template === '') return record.topic;
  // A function, since `$&` and the like in a topic must not mean anything.
  return template.replace(/\{(topic|key)\}/g, (_, name) => (name === 'topic' ? record.topic : String(record.key)));
}

/** Why nothing can be published to a topic, or undefined where it can (MQTT 5, 3.3.2.1 and 4.7). */
export function topicFault(topic: string): string | undefined {
  if (topic === '') return 'The topic is empty.';
  if (/[+#]/.test(topic)) return '+ and # stand for other topics where somebody subscribes; nothing can be published to them.';
  if (topic.includes('\0')) return 'A topic must not contain the character with the number 0.';
  if (/\p{Surrogate}/u.test(topic)) return 'The topic contains half a character, which cannot be written as UTF-8.';
  const size = Buffer.byteLength(topic, 'utf8');
  return size > LONGEST_TOPIC ? `The topic has ${String(size)} bytes; ${String(LONGEST_TOPIC)} are allowed.` : undefined;
}
