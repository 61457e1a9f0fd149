import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { sink, tab } from '../support/flows';
import { broker, durableGraph, outputsOf, TOPIC } from '../support/kills/drawing';
import { linesOf } from '../support/kills/files';
import { KilledNodeRed, type Life } from '../support/kills/KilledNodeRed';
import { Publishing } from '../support/kills/Publishing';
import { BROKER_LINES, drained, judge } from '../support/kills/runKills';
import { verifyLedger } from '../support/kills/verifyLedger';
import { Mosquitto } from '../support/Mosquitto';
import type { FlowNode } from '../support/NodeRed';
import { until } from '../support/until';

const GRAPH = 'qos1';
/** ms; `docker stop` kills after 10 s. */
const LONGEST_STOP = 8000;

/** A server that takes requests, and answers them only when it is told to. */
class HangingServer {
  isAnswering = false;
  requests = 0;
  readonly #server;

  constructor(file: string) {
    this.#server = createServer((request, response) => {
      this.requests++;
      if (!this.isAnswering) return;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
        const rows = Array.isArray(body) ? (body as unknown[]) : [body];
        appendFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        response.end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The durable graph with one more sink behind its checkpoint. */
function withSink(nodes: readonly FlowNode[], further: FlowNode): FlowNode[] {
  const wired = nodes.map((each) => {
    const [targets = []] = each['wires'] as string[][];
    return each.type === 'dstream-checkpoint' ? { ...each, wires: [[...targets, further.id]] } : each;
  });
  return [...wired, further];
}

describe('SIGTERM with a sink that hangs', () => {
  it(`ends Node-RED within ${String(LONGEST_STOP)} ms, and nothing is lost after the next start`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-stop-'));
    const ledger = join(folder, 'ledger.txt');
    const outputs = join(folder, 'outputs');
    const posted = join(outputs, 'posted.jsonl');
    const files = outputsOf(outputs, GRAPH);
    await mkdir(outputs);
    const server = new HangingServer(posted);
    const url = await server.listen();
    const mosquitto = await Mosquitto.start(BROKER_LINES, { quiet: true });
    let life: Life | undefined;
    let publishing: Publishing | undefined;
    try {
      const http = sink('post', [], { target: 'http', url, timeout: '60', header: '' });
      const nodeRed = await KilledNodeRed.prepare(join(folder, 'node-red'), [
        tab(), broker('broker', mosquitto.port), ...withSink(durableGraph(GRAPH, 1, 'broker', files), http),
      ]);
      life = await nodeRed.begin();
      await life.started();
      await until('it has subscribed', () => mosquitto.log.some((line) => line.endsWith(` ${TOPIC}/+`)), 30_000);
      publishing = new Publishing({ url: mosquitto.url, topic: TOPIC, qos: 1, rate: 300, sensors: 50, producer: 'p', ledger, seed: 1 });
      await until('a request hangs', () => server.requests > 0, 30_000);
      await pause(2000);

      const asked = performance.now();
      life.process.signal('SIGTERM');
      const exit = await life.process.exited();
      const took = performance.now() - asked;
      console.log(`      ended ${took.toFixed(0)} ms after SIGTERM`);
      expect(took).to.be.below(LONGEST_STOP);
      expect(exit.signal).to.equal(null);

      server.isAnswering = true;
      life = await nodeRed.begin();
      await life.started();
      const published = await publishing.stop();
      await drained(outputs, life);
      const verdict = await judge(ledger, files);
      const whole = { found: published, lost: 0, phantom: 0, corrupted: 0, outOfOrder: 0 };
      expect(verdict.records, verdict.records.examples.join('\n')).to.deep.include(whole);
      expect(verdict.lines, verdict.lines.examples.join('\n')).to.deep.include(whole);
      expect(verdict.windows, verdict.windows.examples.join('\n')).to.deep.include({ missing: 0, unexpected: 0, wrong: 0, repeated: 0 });
      // Over HTTP at least once: the request that hung may have been taken.
      const overHttp = await verifyLedger(linesOf(ledger), linesOf(posted));
      expect(overHttp, overHttp.examples.join('\n')).to.deep.include({ found: published, lost: 0, phantom: 0, corrupted: 0 });
    } finally {
      await life?.process.kill();
      await publishing?.kill();
      await mosquitto.stop();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });
});
