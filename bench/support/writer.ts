import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { PublishPackets } from './PublishPackets';
import { readings } from './inputs';
import { serve } from './questions';

/**
 * The load of the MQTT benchmarks, in a process of its own: writes ready-made PUBLISH packets to the broker, so that the writer takes as
 * little as possible of a machine that it shares with what is measured. Asked by `Load`.
 */

export interface LoadRequest {
  readonly port: number;
  /** The sensor's name follows as a further level. */
  readonly topic: string;
  readonly qos: 0 | 1;
  /** Messages a second; 0: as many as the broker takes. */
  readonly rate: number;
  readonly count: number;
  readonly sensors: number;
}

export interface LoadReport {
  /** From the first message to the last that the broker took over: ms. */
  readonly took: number;
}

/** ms between two looks at what is due. */
const TICK = 5;

/** Messages in one write at most: long enough that calls cost nothing, short enough for their times to be true. */
const BLOCK = 500;

/** Messages of quality of service 1 that the broker has not taken over yet, at most. */
const IN_FLIGHT = 20_000;

/** Different readings; then they begin again. */
const READINGS = 10_000;

/** Bytes of a PUBACK. */
const ACKNOWLEDGEMENT = 4;

const CONNECT = Buffer.from([0x10, 16, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 4, ...Buffer.from('load')]);
const CONNACK = 4;

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  socket.write(CONNECT);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.length !== CONNACK || answer[3] !== 0) throw new Error(`The broker has refused the load's connection: ${answer.toString('hex')}.`);
  return socket;
}

async function publish({ port, topic, qos, rate, count, sensors }: LoadRequest): Promise<LoadReport> {
  const packets = new PublishPackets(topic, qos, readings(READINGS, sensors));
  const socket = await connected(port);
  let failure: unknown;
  let acknowledged = 0;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('data', (chunk: Buffer) => {
    acknowledged += chunk.length / ACKNOWLEDGEMENT;
  });
  const begun = performance.now();
  let sent = 0;
  const failIfBroken = (): void => {
    if (failure !== undefined || socket.closed) throw new Error(`The broker has closed the connection after ${sent} messages.`, { cause: failure });
  };
  while (sent < count) {
    failIfBroken();
    const due = rate === 0 ? count : Math.min(count, Math.floor(((performance.now() - begun) / 1000) * rate));
    const last = qos === 0 ? due : Math.min(due, Math.floor(acknowledged) + IN_FLIGHT);
    let isFull = false;
    while (sent < last && !isFull) {
      const block = Math.min(BLOCK, last - sent);
      isFull = !socket.write(packets.take(sent, block, Date.now()));
      sent += block;
    }
    if (isFull) await once(socket, 'drain');
    else if (sent < count) await pause(rate === 0 ? 0 : TICK);
  }
  while (qos === 1 && acknowledged < count) {
    failIfBroken();
    await pause(TICK);
  }
  const took = performance.now() - begun;
  socket.end(Buffer.from([0xe0, 0]));
  await once(socket, 'close');
  return { took };
}

serve((request) => publish(request as LoadRequest));
