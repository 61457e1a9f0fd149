import { connectFailure, type ConnectionEnd, type ConnectionFailure, failed, lost, versionName } from '../../mqtt/connectFailure';
import type { MqttAddress } from '../../mqtt/MqttAddress';
import { NotStoredError } from './InboundLane';
import { MalformedPacketError } from './MalformedPacketError';
import { SubscriptionDeniedError, UnsubscriptionDeniedError } from './MqttConnection';
import { DEFAULT_MAXIMUM_PACKET_SIZE, type MqttOptions } from './MqttOptions';

/** Judges how a connection that listens ended. No text contains the password or the user part of the address. */
export function connectionFailure(end: ConnectionEnd, options: MqttOptions, address: MqttAddress): ConnectionFailure {
  const { error } = end;
  if (error instanceof MalformedPacketError) return malformed(error, options, address);
  if (error instanceof SubscriptionDeniedError) return subscriptionDenied(error, options, address);
  if (error instanceof UnsubscriptionDeniedError) return unsubscriptionDenied(error, address);
  if (error instanceof NotStoredError) return notStored(error);
  return connectFailure(end, options, address);
}

function malformed(error: MalformedPacketError, options: MqttOptions, address: MqttAddress): ConnectionFailure {
  const limit = options.maximumPacketSize ?? DEFAULT_MAXIMUM_PACKET_SIZE;
  const fix =
    error.reason === 'packet-too-large'
      ? `Send smaller messages, or raise the maximum packet size, now ${String(limit)} bytes.`
      : `Check that MQTT ${versionName(options)} is what the broker speaks there, and look for a proxy that changes the bytes.`;
  return failed('malformed packet', {
    code: 'mqtt-malformed-packet',
    what: `The broker at ${address.text} sent a packet that cannot be read: ${error.message}`,
    why: 'After such a packet nobody can tell where the next one begins, so the connection was ended.',
    fix: `${fix} Until then one attempt is made about every 30 s.`,
  });
}

function subscriptionDenied(error: SubscriptionDeniedError, options: MqttOptions, address: MqttAddress): ConnectionFailure {
  const { topic, qos } = options.subscription;
  const isFilterWrong = error.reasonCode === undefined;
  const withCode = isFilterWrong ? '' : ` with code ${String(error.reasonCode)}`;
  return failed('subscription denied', {
    code: 'mqtt-subscription-denied',
    what: `The subscription to "${topic}" at QoS ${String(qos)} was denied${withCode}.`,
    why: isFilterWrong ? error.message : `The broker at ${address.text} does not let this user read these topics.`,
    fix: isFilterWrong
      ? 'Correct the topic: + stands for one whole level, # for all levels at the end.'
      : 'Allow the topic in the access rules of the broker, or subscribe to another one. One attempt is made about every 30 s.',
  });
}

function unsubscriptionDenied({ reasonCode, topic }: UnsubscriptionDeniedError, address: MqttAddress): ConnectionFailure {
  return failed('unsubscription denied', {
    code: 'mqtt-unsubscription-denied',
    what: `The subscription to "${topic}", the topic of before, could not be ended: the broker answered with code ${String(reasonCode)}.`,
    why: `The broker at ${address.text} keeps the session, and would go on sending the messages of that topic.`,
    fix:
      'Allow it in the access rules of the broker, or choose another client id, which begins a session of its own. ' +
      'One attempt is made about every 30 s.',
  });
}

/** Whoever refused the messages says why; here it only matters that they come again. */
function notStored(error: NotStoredError): ConnectionFailure {
  return {
    ...lost(),
    status: { state: 'waiting', text: 'not stored, retrying' },
    problem: {
      code: 'mqtt-not-stored',
      what: error.message,
      why: 'A broker sends unacknowledged messages again only on a new connection, so this one was ended.',
      fix: 'Nothing, when it happens now and then; otherwise see why messages cannot be stored: a full buffer, or a full disk.',
    },
  };
}
