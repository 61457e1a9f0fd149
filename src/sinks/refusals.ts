import type { SinkProblem } from './Sink';

/** Why single records are dropped before they are even sent. */

export function unsendable(reason: string): SinkProblem {
  return {
    code: 'record-unsendable',
    what: 'A record could not be sent and was dropped.',
    why: `Its payload is neither bytes nor text, and cannot be written as JSON. ${reason}`,
    fix: 'Make plain data of it in a map in front of the sink.',
  };
}

export function tooLarge(size: number, limit: number): SinkProblem {
  return {
    code: 'record-too-large',
    what: `A record of ${String(size)} bytes could not be sent and was dropped.`,
    why: `The broker takes packets of at most ${String(limit)} bytes.`,
    fix: 'Send less in one message: one per record instead of one per batch, for example. Or raise the limit of the broker.',
  };
}

/** A topic for a message: topics may be made of what others sent, so they come without line ends and not at any length. */
export function quotedTopic(topic: string): string {
  return JSON.stringify(topic.length > 60 ? `${topic.slice(0, 60)}…` : topic);
}

export function topicRefused(topic: string, reason: string): SinkProblem {
  return {
    code: 'record-topic-invalid',
    what: `A record could not be published to ${quotedTopic(topic)} and was dropped.`,
    why: reason,
    fix: 'Give the sink a topic that is right for every record, or set msg.topic or msg.key in a map in front of it.',
  };
}
