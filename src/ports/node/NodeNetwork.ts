import net from 'node:net';
import type { Connection, Network } from '../Network';

/** ms without a sign of life after which the system asks the other side whether it is still there. */
const KEEP_ALIVE = 60_000;

/** TCP connections of this machine. */
export class NodeNetwork implements Network {
  connect(host: string, port: number): Connection {
    const socket = net.connect({ host, port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => {
        reject(new Error('the connection was closed before it stood'));
      });
      // Stays, since an error may come after everybody has turned away, and would end the process.
      socket.on('error', reject);
    });
    // Whoever closes at once need not wait to see it fail.
    opened.catch(() => undefined);
    return {
      opened,
      pieces: socket as AsyncIterable<Uint8Array>,
      close: () => {
        socket.destroy();
      },
    };
  }
}
