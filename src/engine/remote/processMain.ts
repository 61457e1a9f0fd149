/**
 * The entry point of a process of its own: keeps a watched thread for the graphs, and passes messages between it and the
 * process that started this one. Whatever a graph does to its memory, it does to this process alone.
 */
import { serialize } from 'node:v8';
import { portableRecords } from '../portableRecords';
import { GraphThread, type ThreadOptions } from './GraphThread';
import type { GraphLink } from './GraphLink';
import type { FromGraph, FromProcess, ToProcess } from './protocol';

const options = JSON.parse(process.argv[2] ?? '{}') as ThreadOptions;
const links = new Map<number, GraphLink>();
let thread: GraphThread | undefined;

function send(message: FromProcess): void {
  // The other side may have gone a moment ago; then `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}

/** Threads can share memory with one another, processes cannot: what a graph hands over may come this far and no further. */
function forward(channel: number, message: FromGraph): void {
  try {
    send({ channel, message });
  } catch (thrown) {
    if (message.type !== 'output') throw thrown;
    const { event, problem } = portableRecords(message.event, (payload) => {
      serialize(payload);
      return payload;
    });
    if (problem !== undefined) send({ channel, message: { type: 'problem', problem } });
    send({ channel, message: { ...message, event } });
  }
}

function open(channel: number): GraphLink {
  if (thread?.isAlive !== true) thread = new GraphThread(options);
  const link = thread.open({
    received: (message) => {
      forward(channel, message);
    },
    died: (death) => {
      links.delete(channel);
      send({ channel, death });
    },
  });
  links.set(channel, link);
  return link;
}

process.on('message', (message: ToProcess) => {
  const { channel } = message;
  if ('close' in message) {
    void links.get(channel)?.close();
    links.delete(channel);
  } else {
    (links.get(channel) ?? open(channel)).send(message.message);
  }
});

process.on('disconnect', () => {
  process.exit(0);
});

// A terminal sends Ctrl-C to every process; Node-RED decides when this one ends.
process.on('SIGINT', () => undefined);
