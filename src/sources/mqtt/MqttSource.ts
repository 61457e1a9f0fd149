import { performance } from 'node:perf_hooks';
import { badAddress, clientIdInUse, type ConnectionEnd, type ConnectionFailure, SESSION_TAKEN_OVER } from '../../mqtt/connectFailure';
import { type MqttAddress, parseMqttAddress } from '../../mqtt/MqttAddress';
import type { Random } from '../../ports/Random';
import type { Source, SourceHost, SourceProblem, SourceStatus } from '../Source';
import { connectionFailure } from './connectionFailure';
import { MessageIntake, MOST_WAITING_BYTES } from './MessageIntake';
import { MqttConnection } from './MqttConnection';
import type { MqttOptions } from './MqttOptions';
import { SessionTopic } from './SessionTopic';

/** ms between attempts when the broker said no: often enough to notice that somebody changed its settings. */
const SLOW_RETRY_PERIOD = 30_000;

/** ms. A connection that lasts longer was not ended by another client that uses the same id and connects again at once. */
const SHORT_CONNECTION = 20_000;
/** More short connections than this within a minute are a fight over the client id. */
const MOST_SHORT_CONNECTIONS = 5;
const MINUTE = 60_000;

/** Receives what a broker publishes on one topic filter, and connects again whenever the connection ends. */
export class MqttSource implements Source {
  readonly #options: MqttOptions;
  readonly #host: SourceHost;
  readonly #random: Random;
  readonly #address: MqttAddress | undefined;

  #connection: MqttConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #started = false;
  #stopped: Promise<void> | undefined;
  #status: SourceStatus | undefined;
  readonly #intake: MessageIntake;
  readonly #sessionTopic: SessionTopic;
  /** Whether the broker had, or should have had, a session of this client before the connection there is now. */
  #hadSession = false;
  /** The kinds of problems told since the last time all was well, so that each is told once. */
  readonly #told = new Set<string>();
  /** When short connections ended, the latest last. */
  #shortConnections: number[] = [];
  #isClientIdInUse = false;

  /** @param random spreads the attempts of many clients after a broker restarts */
  constructor(options: MqttOptions, host: SourceHost, random: Random = Math.random) {
    this.#options = options;
    this.#host = host;
    this.#random = random;
    this.#address = parseMqttAddress(options.url);
    this.#intake = new MessageIntake(host, {
      session: `${options.clientId} at ${this.#address?.text ?? ''}`,
      isKept: !options.cleanSession,
      dropped: (count) => {
        this.#dropped(count);
      },
    });
    this.#sessionTopic = new SessionTopic(host, options.subscription.topic);
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    if (this.#address === undefined) {
      this.#show(badAddress());
      return;
    }
    this.#hadSession = this.#intake.hadSession;
    this.#report({ state: 'connecting', text: 'connecting' });
    this.#connect(this.#address);
  }

  stop(): Promise<void> {
    this.#started = true;
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#connection?.close();
    this.#connection = undefined;
  }

  #connect(address: MqttAddress): void {
    if (this.#stopped !== undefined) return;
    try {
      this.#connection = new MqttConnection(this.#options, address, this.#intake, this.#sessionTopic, {
        subscribed: (grantedQos, sessionPresent) => {
          this.#running(grantedQos, sessionPresent);
        },
        ended: (end) => {
          this.#ended(end, address);
        },
      });
    } catch (error) {
      this.#ended({ error: error as Error, lasted: undefined, disconnectReason: undefined }, address);
    }
  }

  #running(grantedQos: number, sessionPresent: boolean): void {
    const isClientIdInUse = this.#isClientIdInUse;
    this.#told.clear();
    if (isClientIdInUse) this.#told.add('mqtt-client-id-in-use');
    this.#report({ state: 'running', text: 'connected' });
    const { qos, topic } = this.#options.subscription;
    if (grantedQos < qos) {
      this.#tell({
        code: 'mqtt-qos-lowered',
        what: `The broker grants QoS ${String(grantedQos)} for "${topic}", not the QoS ${String(qos)} that was asked for.`,
        why:
          grantedQos === 0
            ? 'At QoS 0 messages are lost whenever the connection is.'
            : 'At QoS 1 a message may come, and count, more than once when the connection breaks.',
        fix: `Allow QoS ${String(qos)} in the settings of the broker, or ask for QoS ${String(grantedQos)} here.`,
      });
    }
    const saysSo = this.#options.protocolVersion !== 3;
    if (this.#hadSession && saysSo && !this.#options.cleanSession && !sessionPresent) {
      this.#tell({
        code: 'mqtt-session-lost',
        what: 'The broker no longer has the session of this client; messages sent while it was away may be lost.',
        why: 'The broker restarted without keeping its sessions, or the session expired.',
        fix: 'Let the broker keep sessions on disk, and longer than the longest outage.',
      });
    }
    this.#hadSession = true;
  }

  #ended(end: ConnectionEnd, address: MqttAddress): void {
    this.#connection = undefined;
    const isFought = this.#isFoughtOver(end);
    const failure = isFought
      ? clientIdInUse(this.#shortConnections.length, this.#options, address)
      : connectionFailure(end, this.#options, address);
    this.#show(failure);
    // Told of the failure, whoever runs this source may have stopped it.
    if (this.#stopped !== undefined) return;
    const period = failure.slow ? Math.max(SLOW_RETRY_PERIOD, this.#options.reconnectPeriod) : this.#options.reconnectPeriod;
    this.#retry = setTimeout(() => {
      this.#connect(address);
    }, period * (0.5 + this.#random()));
  }

  /** Whether this end, with those before it, looks like another client with the same id. */
  #isFoughtOver(end: ConnectionEnd): boolean {
    // An error is a reason of its own, except that a connection may be reset as well as closed.
    const isSilent = end.error === undefined || (end.error as NodeJS.ErrnoException).code === 'ECONNRESET';
    const isOtherReason = end.disconnectReason !== undefined && end.disconnectReason !== SESSION_TAKEN_OVER;
    if (end.lasted === undefined || !isSilent || isOtherReason) return false;
    const now = performance.now();
    if (end.lasted > SHORT_CONNECTION) {
      this.#isClientIdInUse = false;
      this.#shortConnections = [];
      return false;
    }
    this.#shortConnections = this.#shortConnections.filter((time) => now - time < MINUTE);
    this.#shortConnections.push(now);
    if (this.#shortConnections.length > MOST_SHORT_CONNECTIONS) this.#isClientIdInUse = true;
    // Once seen, it is believed until a connection lasts: slow attempts would never make six in a minute again.
    return this.#isClientIdInUse;
  }

  #dropped(count: number): void {
    // Whoever ends the source knows that it takes nothing any more.
    if (this.#stopped !== undefined) return;
    this.#host.dropped?.(count);
    this.#tell({
      code: 'mqtt-dropped',
      what: `Messages of QoS 0 are lost: they come faster than they can be stored, and ${String(MOST_WAITING_BYTES)} bytes may wait.`,
      why: 'A broker sends a message of QoS 0 once and asks for no receipt, so one that finds no room is gone.',
      fix: 'See why messages cannot be stored (a full disk or buffer, a slow batch), or publish and subscribe at QoS 1 or 2.',
    });
  }

  #show(failure: ConnectionFailure): void {
    this.#report(failure.status);
    if (failure.problem !== undefined) this.#tell(failure.problem);
  }

  #report(status: SourceStatus): void {
    if (status.state === this.#status?.state && status.text === this.#status.text) return;
    this.#status = status;
    this.#host.status(status);
  }

  #tell(problem: SourceProblem): void {
    if (this.#told.has(problem.code)) return;
    this.#told.add(problem.code);
    this.#host.problem(problem);
  }
}
