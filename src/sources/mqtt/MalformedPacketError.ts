/** What can be wrong with bytes from a broker. */
export type MalformedReason =
  | 'remaining-length'
  | 'reserved-packet-type'
  | 'packet-too-large'
  | 'quality-of-service'
  | 'flags'
  | 'length'
  | 'packet-id'
  | 'topic'
  | 'topic-alias'
  | 'property';

/** Bytes that no MQTT broker may send. The connection they came on cannot be used any longer. */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError';
  /** Also makes mqtt.js report the error: it keeps errors without a code to itself. */
  readonly code = 'mqtt-malformed-packet';

  /**
   * @param reason for programs
   * @param message for people, with the numbers, never with the payload
   */
  constructor(
    readonly reason: MalformedReason,
    message: string,
  ) {
    super(message);
  }
}
