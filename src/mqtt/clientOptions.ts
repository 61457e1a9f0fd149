import type { IClientOptions } from 'mqtt';
import type { BrokerOptions } from './BrokerOptions';
import type { MqttAddress } from './MqttAddress';

/** What mqtt.js is told of a connection that it makes once, and does not make again by itself. */
export function clientOptions(options: BrokerOptions, address: MqttAddress): IClientOptions {
  const username = options.username ?? address.username;
  const password = options.password ?? address.password;
  return {
    protocolVersion: options.protocolVersion,
    protocolId: options.protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    clientId: options.clientId,
    clean: options.cleanSession,
    keepalive: options.keepalive,
    connectTimeout: options.connectTimeout,
    // Connecting again is the business of whoever made the connection, who knows when and whether.
    reconnectPeriod: 0,
    resubscribe: false,
    timerVariant: 'native',
    // What mqtt.js would log, when it is asked to by the environment, contains the password.
    log: () => undefined,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
