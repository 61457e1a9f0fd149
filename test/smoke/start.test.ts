import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { ChildProcess } from '../support/ChildProcess';
import { packageRoot } from '../support/packageRoot';

/** How long the first averages may take from an installed clone: ms. */
const LONGEST_UNTIL_AVERAGES = 15_000;

function start(environment: Readonly<Record<string, string>> = {}): ChildProcess {
  return new ChildProcess(process.execPath, [join(packageRoot, 'scripts/start.mjs')], { cwd: packageRoot, environment });
}

function occupy(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    // Somebody else has it already: that is just as busy.
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

/** A line of `ps` for each process; Node-RED names itself `node-red`, so its command line does not tell. */
async function processes(): Promise<{ id: number; parent: number; state: string; command: string }[]> {
  const list = new ChildProcess('ps', ['-eo', 'pid=,ppid=,stat=,args=']);
  await list.exited();
  return list.lines.map((line) => {
    const [id = '', parent = '', state = '', ...command] = line.trim().split(/\s+/);
    return { id: Number(id), parent: Number(parent), state, command: command.join(' ') };
  });
}

async function nodeRedOf(script: ChildProcess): Promise<number> {
  const found = (await processes()).filter(({ parent, command }) => parent === script.pid && command.includes('node-red'));
  expect(found).to.have.length(1);
  return found[0]?.id ?? expect.fail('no process');
}

/** Whether it has ended; a process that only waits for its parent to take notice has. */
async function isGone(id: number): Promise<boolean> {
  return !(await processes()).some((process_) => process_.id === id && !process_.state.startsWith('Z'));
}

describe('npm start', () => {
  let script: ChildProcess;

  afterEach(async () => {
    await script.stop();
  });

  it('prints averages soon, and ends without leaving anything when Ctrl-C arrives twice', async () => {
    const begun = Date.now();
    script = start();
    await script.line(/Node-RED with the palette: http:\/\/127\.0\.0\.1:\d+/, LONGEST_UNTIL_AVERAGES);
    await script.line(/^Averages from/, LONGEST_UNTIL_AVERAGES);
    const first = Date.now() - begun;
    console.log(`      first averages after ${(first / 1000).toFixed(1)} s`);
    expect(first).to.be.below(LONGEST_UNTIL_AVERAGES);
    await script.line(/^ {2}kitchen +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d +\d+$/, 5000);
    const nodeRed = await nodeRedOf(script);
    script.signal('SIGINT');
    script.signal('SIGINT');
    expect(await script.exited()).to.deep.equal({ code: 0, signal: null });
    expect(await isGone(nodeRed)).to.equal(true);
  });

  it('shows the mean of what the sensors sent', async () => {
    script = start();
    const line = await script.line(/^ {2}cellar .* 10$/, 25_000);
    const [, mean = 0, least = 0, most = 0] = line.trim().split(/\s+/).map(Number);
    // A cellar at 12 °C that swings by 2 °C, with noise of half a degree.
    expect(least).to.be.at.least(9.5);
    expect(most).to.be.at.most(14.5);
    expect(mean).to.be.within(least, most);
  });

  it('names busy ports and takes the next', async () => {
    const servers = [await occupy(1883), await occupy(1880)];
    script = start();
    await script.line(/Port 1883 is busy: the MQTT broker uses \d+/, LONGEST_UNTIL_AVERAGES);
    await script.line(/Port 1880 is busy: Node-RED uses \d+/, LONGEST_UNTIL_AVERAGES);
    await script.line(/^Averages from/, LONGEST_UNTIL_AVERAGES);
    for (const server of servers) {
      server?.close();
    }
  });

  it('says so and fails when Node-RED dies', async () => {
    script = start();
    await script.line(/Node-RED with the palette/, LONGEST_UNTIL_AVERAGES);
    process.kill(await nodeRedOf(script), 'SIGKILL');
    expect(await script.exited()).to.deep.equal({ code: 1, signal: null });
    await script.line(/Node-RED has ended \(SIGKILL\)/, 1000);
  });

  it('leaves no Node-RED behind even when it is killed itself', async () => {
    script = start();
    await script.line(/Node-RED with the palette/, LONGEST_UNTIL_AVERAGES);
    const nodeRed = await nodeRedOf(script);
    await script.kill();
    const end = Date.now() + 10_000;
    while (!(await isGone(nodeRed)) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await isGone(nodeRed)).to.equal(true);
  });

  it('keeps the flows of the last start when asked to', async () => {
    const file = join(packageRoot, '.cache/start/flows.json');
    expect(existsSync(file)).to.equal(true);
    script = start({ DSTREAM_KEEP: '1' });
    await script.line(/^Averages from/, LONGEST_UNTIL_AVERAGES);
    expect(JSON.parse(await readFile(file, 'utf8'))).to.be.an('array');
  });
});
