import net from 'node:net';
import type { DuplexOptions } from 'node:stream';
import tls from 'node:tls';
import type { MqttAddress } from './MqttAddress';
import type { MqttTlsOptions } from './BrokerOptions';

/** What `net.connect` passes on to the stream that it makes. */
type PlainOptions = net.TcpNetConnectOpts & Pick<DuplexOptions, 'readableHighWaterMark'>;

/**
 * Starts to connect to a broker. What is written before the connection stands is sent when it does.
 * @throws when certificate or key cannot be used
 */
export function openSocket(address: MqttAddress, options: MqttTlsOptions | undefined): net.Socket {
  const { host, port } = address;
  // Acknowledgements are small and many; waiting to fill a segment would only delay them. And a socket that is left unread shall leave
  // bytes to the operating system, which collects them for less: by itself it would go on reading in small pieces, up to 64 KiB.
  const plain: PlainOptions = { host, port, noDelay: true, readableHighWaterMark: 1 };
  if (address.transport !== 'tls') return net.connect(plain);
  const socket = tls.connect({ ...tlsOptions(options), ...serverName(host, options), host, port });
  socket.setNoDelay(true);
  return socket;
}

/** The names that Node.js gives to what the user entered. */
export function tlsOptions(options: MqttTlsOptions | undefined): tls.ConnectionOptions {
  const { alpn, servername, ...rest } = options ?? {};
  return {
    ...rest,
    ...(servername === undefined ? {} : { servername }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
  };
}

/** The name to ask for (SNI), which must not be an IP address (RFC 6066, 3). */
function serverName(host: string, options: MqttTlsOptions | undefined): tls.ConnectionOptions {
  return options?.servername !== undefined || net.isIP(host) !== 0 ? {} : { servername: host };
}
