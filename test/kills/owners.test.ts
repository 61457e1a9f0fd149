import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { tab } from '../support/flows';
import { broker, durableGraph, outputsOf, TOPIC } from '../support/kills/drawing';
import { batchTimeOf, outputFiles } from '../support/kills/files';
import { graphFiguresOf } from '../support/kills/graphFiguresOf';
import { KilledNodeRed, type Life } from '../support/kills/KilledNodeRed';
import { Publishing } from '../support/kills/Publishing';
import { BROKER_LINES, connections, drained, judge } from '../support/kills/runKills';
import { Mosquitto } from '../support/Mosquitto';
import { until } from '../support/until';

const GRAPH = 'qos2';

async function stateOf(life: Life): Promise<string> {
  const figures = await graphFiguresOf(life, `${GRAPH}checkpoint`);
  return figures?.failure === undefined ? (figures?.durability?.state ?? 'none') : 'failed';
}

describe('two Node-REDs on one directory', () => {
  it('take turns: the second waits, takes over when the first is paused, and the first is fenced when it goes on; each record once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dstream-owners-'));
    const ledger = join(folder, 'ledger.txt');
    const outputs = join(folder, 'outputs');
    const files = outputsOf(outputs, GRAPH);
    await mkdir(outputs);
    const mosquitto = await Mosquitto.start(BROKER_LINES, { quiet: true });
    const lives: Life[] = [];
    let publishing: Publishing | undefined;
    try {
      const nodeRed = await KilledNodeRed.prepare(join(folder, 'node-red'), [tab(), broker('broker', mosquitto.port), ...durableGraph(GRAPH, 2, 'broker', files)]);
      const first = await nodeRed.begin();
      lives.push(first);
      await first.started();
      await until('the first has subscribed', () => mosquitto.log.some((line) => line.endsWith(` ${TOPIC}/+`)), 30_000);
      publishing = new Publishing({ url: mosquitto.url, topic: TOPIC, qos: 2, rate: 300, sensors: 50, producer: 'p', ledger, seed: 1 });
      await until('records are written', async () => (await outputFiles(files.records)).length > 5, 30_000);

      const second = await nodeRed.begin();
      lives.push(second);
      await second.started();
      await until('the second waits', async () => (await stateOf(second)) === 'waiting', 30_000);
      // It would take the session away from the first if it connected: the client id is that of the receiver.
      await pause(3000);
      expect(connections(mosquitto, 0)).to.have.length(1);
      expect(await stateOf(first)).to.equal('running');

      first.process.signal('SIGSTOP');
      const paused = Date.now();
      await until('the second takes over', async () => (await stateOf(second)) === 'running', 30_000);
      const takenOver = Date.now();
      const isAfter = (name: string): boolean => (batchTimeOf(name) ?? 0) > takenOver;
      await until('the second writes', async () => (await outputFiles(files.records)).some(isAfter), 30_000);

      first.process.signal('SIGCONT');
      await until('the first has stopped or waits', async () => ['failed', 'waiting'].includes(await stateOf(first)), 30_000);
      await pause(3000);
      expect(await stateOf(second)).to.equal('running');
      const published = await publishing.stop();
      await drained(outputs, second);

      const verdict = await judge(ledger, files);
      console.log(`      taken over ${String(takenOver - paused)} ms after the pause; published ${String(published)}, found ${String(verdict.records.found)}`);
      const exact = { found: published, lost: 0, duplicated: 0, phantom: 0, corrupted: 0, outOfOrder: 0 };
      expect(verdict.records, verdict.records.examples.join('\n')).to.deep.include(exact);
      expect(verdict.lines, verdict.lines.examples.join('\n')).to.deep.include(exact);
      const agree = { missing: 0, unexpected: 0, wrong: 0, repeated: 0 };
      expect(verdict.windows, verdict.windows.examples.join('\n')).to.deep.include(agree);
      expect(verdict.totals, verdict.totals.examples.join('\n')).to.deep.include(agree);
    } finally {
      for (const life of lives) {
        life.process.signal('SIGCONT');
        await life.process.kill();
      }
      await publishing?.kill();
      await mosquitto.stop();
    }
    await rm(folder, { recursive: true, force: true });
  });
});
