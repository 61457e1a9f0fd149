import type { BrokerOptions } from '../../mqtt/BrokerOptions';

export type { MqttTlsOptions } from '../../mqtt/BrokerOptions';

/** What to listen to. At QoS 2 each message is taken once over all connections; over the end of the process, where there is a log. */
export interface MqttSubscription {
  /** A topic filter, wildcards allowed. */
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

/** How to reach a broker, as whom, and what to listen to. */
export interface MqttOptions extends BrokerOptions {
  readonly subscription: MqttSubscription;
  /** Bytes, all of the packet counted; a larger one ends the connection. `DEFAULT_MAXIMUM_PACKET_SIZE` when absent. */
  readonly maximumPacketSize?: number;
}

/** 1 MiB of payload and, before it, room for the longest topic there can be. */
export const DEFAULT_MAXIMUM_PACKET_SIZE = 1_048_576 + 65_536;
