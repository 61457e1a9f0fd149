import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Worker } from 'node:worker_threads';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { Collected, DelayFigures, Figures, NodeStatus, StartedEvent, TrafficRequest } from './wire';

/**
 * The half of the test harness that runs inside the Node-RED process: the node types `test-source` and `test-collector`,
 * and admin routes below `/test` that let the tests see and steer the process. `NodeRed` is the other half.
 */

/** How many messages each collector keeps; further ones are counted only. */
const KEPT_MESSAGES = 100_000;

/** How often traffic is sent: ms. */
const TRAFFIC_INTERVAL = 10;

interface Collector {
  count: number;
  messages: Collected[];
  waiting: (() => void)[];
}

interface Traffic {
  readonly timer: NodeJS.Timeout;
  sent: number;
}

const started: StartedEvent[] = [];
/** Set while the flows could not be started; the reason as Node-RED gives it. */
let startError: string | undefined;
const startedWaiting: (() => void)[] = [];
const collectors = new Map<string, Collector>();
const sources = new Map<string, Node>();
const traffic = new Map<string, Traffic>();
/** The latest status of every node. */
const statuses = new Map<string, NodeStatus>();
const statusWaiting: (() => void)[] = [];
let workers = 0;
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();

process.on('worker', (worker: Worker) => {
  workers++;
  worker.once('exit', () => {
    workers--;
  });
});

// The channel to the tests' process closes when that process ends, however it ends: nothing is left running then.
process.once('disconnect', () => process.exit(0));
process.channel?.unref();

function collectorOf(id: string): Collector {
  let collector = collectors.get(id);
  if (collector === undefined) {
    collector = { count: 0, messages: [], waiting: [] };
    collectors.set(id, collector);
  }
  return collector;
}

function wake(waiting: (() => void)[]): void {
  for (const resume of waiting) {
    resume();
  }
}

/** Resolves true as soon as `ready`, false after `limit` ms. `waiting` is called through whenever it may have changed. */
function until(ready: () => boolean, limit: number, wait: (resume: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(ready());
    }, limit);
    const look = (): void => {
      if (ready()) {
        clearTimeout(timer);
        resolve(true);
      } else {
        wait(look);
      }
    };
    look();
  });
}

/** What can be sent as JSON of a message: not the request and response objects of core's HTTP nodes. */
function plain(message: NodeMessage): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== 'req' && name !== 'res'));
}

/** ms, from the histogram's nanoseconds */
function delayFigures(): DelayFigures {
  const milliseconds = (nanoseconds: number): number => (Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : 0);
  return {
    count: delays.count,
    mean: milliseconds(delays.mean),
    median: milliseconds(delays.percentile(50)),
    percentile99: milliseconds(delays.percentile(99)),
    max: milliseconds(delays.max),
  };
}

function figures(): Figures {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    resources[name] = (resources[name] ?? 0) + 1;
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { workers, resources, delay: delayFigures(), memory: { rss, heapUsed, external, arrayBuffers } };
}

/** Sends `count` numbered messages in one go; topics in turn. Returns how many were sent: none while the node is away. */
function sendNumbered(id: string, first: number, count: number, topics: readonly string[]): number {
  const node = sources.get(id);
  if (node === undefined) {
    return 0;
  }
  for (let number = first; number < first + count; number++) {
    node.send({ payload: number, topic: topics[number % topics.length] ?? '' });
  }
  return count;
}

function stopTraffic(id: string): number {
  const running = traffic.get(id);
  clearInterval(running?.timer);
  traffic.delete(id);
  return running?.sent ?? 0;
}

function startTraffic(id: string, request: TrafficRequest): void {
  stopTraffic(id);
  const begun = performance.now();
  const running: Traffic = {
    sent: 0,
    timer: setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1000) * request.perSecond);
      running.sent += sendNumbered(id, running.sent, due - running.sent, request.topics);
    }, TRAFFIC_INTERVAL),
  };
  traffic.set(id, running);
}

interface RuntimeState {
  readonly id: string;
  readonly payload?: { readonly error?: string };
}

function listen(RED: NodeAPI): void {
  const events = RED.events;
  events.on('flows:started', (event: { config?: { rev?: string }; type?: string }) => {
    startError = undefined;
    started.push({ revision: event.config?.rev ?? '', type: event.type ?? '', time: Date.now() });
    wake(startedWaiting.splice(0));
  });
  events.on('node-status', (event: { id: string; status: NodeStatus }) => {
    statuses.set(event.id, event.status);
    wake(statusWaiting.splice(0));
  });
  events.on('runtime-event', (event: RuntimeState) => {
    if (event.id === 'runtime-state' && event.payload?.error !== undefined) {
      startError = event.payload.error;
      wake(startedWaiting.splice(0));
    }
  });
}

function route(RED: NodeAPI): void {
  const admin = RED.httpAdmin;
  admin.get('/test/started', (request, response) => {
    const after = Number(request.query['after']);
    const ready = (): boolean => started.length > after || startError !== undefined;
    void until(ready, Number(request.query['limit']), (resume) => startedWaiting.push(resume)).then(() => {
      response.json({ started, error: startError });
    });
  });
  admin.post('/test/started/forget-error', (_request, response) => {
    startError = undefined;
    response.json({ count: started.length });
  });
  admin.get('/test/collector/:id', (request, response) => {
    const collector = collectorOf(request.params.id);
    const least = Number(request.query['least'] ?? 0);
    void until(() => collector.count >= least, Number(request.query['limit'] ?? 0), (resume) => collector.waiting.push(resume)).then(
      () => {
        response.json({ count: collector.count, messages: request.query['messages'] === 'no' ? [] : collector.messages });
      },
    );
  });
  admin.get('/test/status/:id', (request, response) => {
    const id = request.params.id;
    const pattern = new RegExp(request.query['pattern'] as string);
    const ready = (): boolean => pattern.test(statuses.get(id)?.text ?? '');
    void until(ready, Number(request.query['limit']), (resume) => statusWaiting.push(resume)).then((matches) => {
      response.json({ matches, status: statuses.get(id) });
    });
  });
  admin.delete('/test/collector/:id', (request, response) => {
    const collector = collectorOf(request.params.id);
    collector.count = 0;
    collector.messages = [];
    response.json({});
  });
  admin.post('/test/source/:id', (request, response) => {
    const node = sources.get(request.params.id);
    const messages = (request.body as { messages: NodeMessage[] }).messages;
    for (const message of node === undefined ? [] : messages) {
      node?.send(message);
    }
    response.json({ sent: node === undefined ? 0 : messages.length });
  });
  admin.post('/test/burst/:id', (request, response) => {
    const { count, topics } = request.body as { count: number; topics: string[] };
    response.json({ sent: sendNumbered(request.params.id, 0, count, topics) });
  });
  admin.post('/test/traffic/:id', (request, response) => {
    startTraffic(request.params.id, request.body as TrafficRequest);
    response.json({});
  });
  admin.delete('/test/traffic/:id', (request, response) => {
    response.json({ sent: stopTraffic(request.params.id) });
  });
  admin.get('/test/figures', (request, response) => {
    if (request.query['collect'] === 'yes') {
      globalThis.gc?.();
    }
    response.json(figures());
  });
  admin.post('/test/delay/reset', (_request, response) => {
    delays.reset();
    // The first tick after a reset only sets the mark that the next delay is measured from: one that is held up would not show.
    const answer = (): void => {
      if (delays.count > 0) response.json({});
      else setTimeout(answer, 1);
    };
    answer();
  });
}

function register(RED: NodeAPI): void {
  listen(RED);
  route(RED);
  RED.nodes.registerType('test-source', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    sources.set(this.id, this);
    this.on('close', () => {
      if (sources.get(this.id) === this) {
        sources.delete(this.id);
      }
    });
  });
  RED.nodes.registerType('test-collector', function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    const collector = collectorOf(this.id);
    this.on('input', (message, _send, done) => {
      collector.count++;
      if (collector.messages.length < KEPT_MESSAGES) {
        collector.messages.push({ time: Date.now(), message: plain(message) });
      }
      wake(collector.waiting.splice(0));
      done();
    });
  });
}

export default register;
