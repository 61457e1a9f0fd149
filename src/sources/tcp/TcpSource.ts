import net from 'node:net';
import type { Clock, Timer } from '../../ports/Clock';
import { addressText } from '../../ports/networkCause';
import type { Random } from '../../ports/Random';
import type { Source, SourceHost, SourceProblem, SourceStatus } from '../Source';
import { LineConnection } from './LineConnection';
import { LONGEST_RETRY_DELAY, TCP_DEFAULTS, type TcpOptions } from './TcpOptions';
import { cannotListen, connectionFailed, tooManyConnections, TooMuchUnendedError, unreachable } from './tcpFailure';

/** ms without a sign of life after which the system asks the other side whether it is still there. */
const KEEP_ALIVE = 60_000;

/** ms in which a problem of single connections is told once. */
const TELLING_PERIOD = 60_000;

/** Problems that are told once until lines come again. */
const LASTING = new Set(['tcp-unreachable', 'tcp-cannot-listen']);

/**
 * Receives lines of text over TCP: each becomes a message whose payload is the line, as bytes without its end, and whose topic is
 * the address that was given, `host:port`. Connects and connects again, or listens for others to connect.
 */
export class TcpSource implements Source {
  readonly #options: Required<TcpOptions>;
  readonly #host: SourceHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #connections = new Map<net.Socket, LineConnection>();
  #address: string;
  #server: net.Server | undefined;
  #connecting: net.Socket | undefined;
  #retry: Timer | undefined;
  #retryDelay: number;
  #started = false;
  #stopped: Promise<void> | undefined;
  #status: SourceStatus | undefined;
  /** Bytes of lines that have not ended. */
  #unended = 0;
  /** When the kinds of problems were told (monotonic, ms) since the last time all was well. */
  readonly #told = new Map<string, number>();

  /** @param random spreads the attempts of many clients after a server restarts */
  constructor(options: TcpOptions, host: SourceHost, clock: Clock, random: Random = Math.random) {
    this.#options = { ...TCP_DEFAULTS, ...options };
    this.#host = host;
    this.#clock = clock;
    this.#random = random;
    this.#retryDelay = this.#options.retryDelay;
    this.#address = addressText(options.host === '' ? '*' : options.host, options.port);
  }

  /** The port that is listened on; undefined while there is none. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#attempt();
  }

  /** Connections are ended at once; lines that have not ended are dropped. */
  stop(): Promise<void> {
    this.#started = true;
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#retry?.cancel();
    const closing: Promise<unknown>[] = [];
    const server = this.#server;
    if (server?.listening === true) closing.push(new Promise((resolve) => server.close(resolve)));
    for (const [socket, connection] of this.#connections) {
      closing.push(closed(socket));
      connection.close();
    }
    if (this.#connecting !== undefined) {
      closing.push(closed(this.#connecting));
      this.#connecting.destroy();
    }
    await Promise.all(closing);
  }

  #attempt(): void {
    if (this.#stopped !== undefined) return;
    if (this.#options.role === 'connect') this.#connect();
    else this.#listen();
  }

  #connect(): void {
    const { host, port, connectTimeout } = this.#options;
    // While it waits for its next attempt its status says so; it does not flicker.
    if (this.#status === undefined) this.#report({ state: 'connecting', text: 'connecting' });
    let socket: net.Socket;
    try {
      socket = net.connect({ host, port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE });
    } catch (thrown) {
      // A port that cannot be one, for example.
      this.#failed(unreachable(this.#address, thrown as Error));
      return;
    }
    this.#connecting = socket;
    let failure: Error | undefined;
    const limit = this.#clock.schedule(connectTimeout, () => {
      socket.destroy(new Error(`nothing answered within ${String(connectTimeout)} ms`));
    });
    const failed = (): void => {
      limit.cancel();
      this.#connecting = undefined;
      this.#failed(unreachable(this.#address, failure ?? new Error('the connection was closed at once')));
    };
    socket.on('error', (error) => {
      failure ??= error;
    });
    socket.once('close', failed);
    socket.once('connect', () => {
      limit.cancel();
      socket.off('close', failed);
      this.#connecting = undefined;
      this.#add(socket);
      this.#report({ state: 'running', text: 'connected' });
    });
  }

  #listen(): void {
    const { host, port, maxConnections } = this.#options;
    const server = net.createServer((socket) => {
      this.#add(socket);
      this.#reportListening();
    });
    server.maxConnections = maxConnections;
    server.on('drop', () => {
      this.#tell(tooManyConnections(this.#address, maxConnections));
    });
    server.on('error', (error) => {
      if (server.listening) {
        // It goes on listening: too many open files, for example.
        this.#tell(cannotListen(this.#address, error));
        return;
      }
      this.#server = undefined;
      this.#failed(cannotListen(this.#address, error));
    });
    server.on('listening', () => {
      if (this.#stopped !== undefined) {
        server.close();
        return;
      }
      this.#address = addressText(host === '' ? '*' : host, this.port ?? port);
      this.#wentWell();
      this.#reportListening();
    });
    this.#server = server;
    try {
      server.listen({ port, ...(host === '' ? {} : { host }) });
    } catch (thrown) {
      this.#server = undefined;
      this.#failed(cannotListen(this.#address, thrown as Error));
    }
  }

  #add(socket: net.Socket): void {
    if (this.#stopped !== undefined) {
      socket.destroy();
      return;
    }
    socket.setKeepAlive(true, KEEP_ALIVE);
    const connection = new LineConnection(socket, this.#address, this.#options.maxLineLength, {
      store: (messages) => {
        this.#wentWell();
        return this.#host.store(messages);
      },
      held: (change) => {
        this.#hold(change);
      },
      ended: (error) => {
        this.#connections.delete(socket);
        this.#ended(error);
      },
    });
    this.#connections.set(socket, connection);
  }

  #hold(change: number): void {
    this.#unended += change;
    if (change < 0 || this.#unended <= this.#options.maxUnended) return;
    let longest: LineConnection | undefined;
    for (const connection of this.#connections.values()) {
      if (connection.held > (longest?.held ?? 0)) longest = connection;
    }
    longest?.fail(
      new TooMuchUnendedError(
        `${String(this.#unended)} bytes of lines that have not ended came over ${String(this.#connections.size)} connections, ` +
          `${String(longest.held)} of them over this one, and at most ${String(this.#options.maxUnended)} are allowed.`,
      ),
    );
  }

  #ended(error: Error | undefined): void {
    if (this.#stopped !== undefined) return;
    const problem = error === undefined ? undefined : connectionFailed(this.#address, error);
    if (this.#options.role === 'connect') {
      this.#failed(problem);
      return;
    }
    if (problem !== undefined) this.#tell(problem);
    this.#reportListening();
  }

  /** Tries again after a while. */
  #failed(problem: SourceProblem | undefined): void {
    if (this.#stopped !== undefined) return;
    this.#report({ state: 'waiting', text: this.#options.role === 'connect' ? 'disconnected, retrying' : 'cannot listen, retrying' });
    if (problem !== undefined) this.#tell(problem);
    const delay = this.#retryDelay * (0.5 + this.#random());
    this.#retryDelay = Math.min(2 * this.#retryDelay, LONGEST_RETRY_DELAY);
    // Told of the failure, whoever runs this source may have stopped it.
    if (this.#isStopped()) return;
    this.#retry = this.#clock.schedule(delay, () => {
      this.#attempt();
    });
  }

  #isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** The next failure is told again, and tried again soon. A connection alone is no success: it may end at once. */
  #wentWell(): void {
    this.#retryDelay = this.#options.retryDelay;
    this.#told.delete('tcp-unreachable');
    this.#told.delete('tcp-cannot-listen');
  }

  #reportListening(): void {
    const count = this.#connections.size;
    const port = String(this.port ?? this.#options.port);
    this.#report({ state: 'running', text: `listening on ${port}, ${count === 1 ? '1 connection' : `${String(count)} connections`}` });
  }

  #report(status: SourceStatus): void {
    if (status.state === this.#status?.state && status.text === this.#status.text) return;
    this.#status = status;
    this.#host.status(status);
  }

  #tell(problem: SourceProblem): void {
    const now = this.#clock.monotonic();
    const told = this.#told.get(problem.code);
    // What concerns one connection of many may come again and again.
    if (told !== undefined && (LASTING.has(problem.code) || now - told < TELLING_PERIOD)) return;
    this.#told.set(problem.code, now);
    this.#host.problem(problem);
  }
}

/** Resolves when the socket is closed. */
function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => {
      resolve();
    });
  });
}
