// npm start: the palette at work. Node-RED with an example flow, an MQTT broker and simulated sensors, all on 127.0.0.1.
//
//   DSTREAM_KEEP=1         keep the flows and everything else of the last start (in .cache/start)
//   DSTREAM_NODE_RED=4|5   which Node-RED; without it 4.1, or 5 where it is installed and Node.js is new enough
//   DSTREAM_FLOW=<file>    another flow file; its MQTT brokers are replaced by the embedded one
//
// Ctrl-C ends everything. The order of the steps matters: the broker must be there before Node-RED, so that the first
// connection succeeds; the reader of the averages before the sensors, so that it misses none.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Failure, cache, canRunNodeRed5, main, root, seconds, shown } from './lib/project.mjs';
import { installDependencies, installNodeRed5, nodeRed5Folder, nodeRed5IsInstalled } from './lib/install.mjs';
import { buildPaletteQuickly, isPaletteBuilt } from './lib/build.mjs';
import { endAll } from './lib/run.mjs';
import { freePortFrom } from './lib/ports.mjs';
import { startSensors } from './lib/sensors.mjs';

const EXAMPLE = join(root, 'examples/03 - IoT scenarios/Averages of MQTT sensors.json');
const userDirectory = join(cache, 'start');

/** Where the example publishes its results. */
const AVERAGES = 'averages';

/** How often the averages are printed: ms. */
const PRINT_INTERVAL = 5000;

/** How long Node-RED may take to answer, and to end: ms. */
const LONGEST_START = 60_000;
const LONGEST_STOP = 8000;

/** What was started, in the order in which it is ended. */
const endings = [];
let stopping;

/** Ends everything that was started, once, however often it is asked to. */
function stop(exitCode, reason) {
  stopping ??= (async () => {
    if (reason !== undefined) {
      console.log(reason);
    }
    endAll();
    for (const end of endings.splice(0).reverse()) {
      await end();
    }
    process.exit(exitCode);
  })();
  return stopping;
}

/** The folder whose Node-RED is used. */
async function chooseNodeRed() {
  const wanted = process.env.DSTREAM_NODE_RED;
  if (wanted === '5') {
    if (!canRunNodeRed5) {
      throw new Failure(`Node-RED 5 needs Node.js 22.9 or newer; this is ${process.versions.node}. Leave DSTREAM_NODE_RED out.`);
    }
    await installNodeRed5();
    return nodeRed5Folder;
  }
  if (wanted !== undefined && wanted !== '' && wanted !== '4') {
    throw new Failure(`DSTREAM_NODE_RED is ${wanted}. Possible: 4, 5.`);
  }
  return wanted !== '4' && canRunNodeRed5 && nodeRed5IsInstalled() ? nodeRed5Folder : root;
}

async function startBroker() {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  const port = await freePortFrom(1883, 'the MQTT broker');
  await new Promise((resolvePromise, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolvePromise);
  });
  endings.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await new Promise((resolvePromise) => broker.close(resolvePromise));
  });
  return port;
}

/** The flow file's nodes, with every MQTT broker in them replaced by the embedded one. */
function flowFor(brokerPort) {
  const own = join(userDirectory, 'flows.json');
  const file = process.env.DSTREAM_KEEP === '1' && existsSync(own) ? own : resolve(process.env.DSTREAM_FLOW || EXAMPLE);
  if (!existsSync(file)) {
    throw new Failure(`There is no flow file ${shown(file)}.`);
  }
  const isEmbedded = (node) => file !== own || node.broker === '127.0.0.1';
  return JSON.parse(readFileSync(file, 'utf8')).map((node) =>
    node.type === 'mqtt-broker' && isEmbedded(node) ? { ...node, broker: '127.0.0.1', port: String(brokerPort), usetls: false } : node,
  );
}

function prepareUserDirectory(brokerPort, port) {
  if (process.env.DSTREAM_KEEP !== '1') {
    rmSync(userDirectory, { recursive: true, force: true });
  }
  mkdirSync(userDirectory, { recursive: true });
  writeFileSync(join(userDirectory, 'flows.json'), JSON.stringify(flowFor(brokerPort), undefined, 4));
  const settings = {
    userDir: userDirectory,
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: port,
    nodesDir: [root],
    // Nothing secret is in a directory that every start wipes; a fixed value keeps Node-RED from warning about its own.
    credentialSecret: 'npm start',
    telemetry: { enabled: false, updateNotification: false },
    runtimeState: { enabled: true, ui: true },
    editorTheme: { tours: false, palette: { catalogues: [] }, projects: { enabled: false } },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  };
  writeFileSync(join(userDirectory, 'settings.js'), `module.exports = ${JSON.stringify(settings, undefined, 2)};\n`);
}

/** Starts Node-RED; resolves when its editor answers. */
async function startNodeRed(folder, port) {
  const entry = join(folder, 'node_modules/node-red/red.js');
  const guard = join(root, 'scripts/lib/endWithParent.cjs');
  // A process group of its own: Ctrl-C reaches this script alone, which then ends Node-RED in its own time.
  const child = spawn(process.execPath, ['--require', guard, entry, '--userDir', userDirectory], {
    cwd: userDirectory,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_RED_HOME: '', PORT: '' },
  });
  const ended = new Promise((resolvePromise) => {
    child.once('error', (error) => resolvePromise(error.message));
    child.once('exit', (code, signal) => resolvePromise(signal ?? `exit code ${code}`));
  });
  let hasEnded = false;
  void ended.then((how) => {
    hasEnded = true;
    if (stopping === undefined) {
      void stop(1, `Node-RED has ended (${how}); its last messages are above.`);
    }
  });
  endings.push(async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP);
    await ended;
    clearTimeout(timer);
  });
  const url = `http://127.0.0.1:${port}`;
  const limit = Date.now() + LONGEST_START;
  while (!hasEnded && stopping === undefined) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) {
      return url;
    }
    if (Date.now() > limit) {
      throw new Failure(`Node-RED did not answer within ${seconds(LONGEST_START)}.`);
    }
    await new Promise((resolvePromise) => setTimeout(resolvePromise, 100));
  }
  return url;
}

function table(rows) {
  const number = (value) => (typeof value === 'number' ? value.toFixed(2) : '-');
  const lines = [['sensor', 'mean', 'min', 'max', 'count']];
  for (const row of rows) {
    lines.push([String(row.key), number(row.mean), number(row.min), number(row.max), String(row.count ?? '-')]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = (line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return lines.map((line) => `  ${text(line)}`).join('\n');
}

/** Prints what the flow publishes: at once when the first averages come, then every few seconds. */
function printAverages(client) {
  let latest;
  let printed;
  const print = () => {
    if (latest !== undefined && latest !== printed) {
      printed = latest;
      const from = new Date(latest.rows[0]?.windowStart ?? latest.time).toLocaleTimeString('en-GB');
      const to = new Date(latest.rows[0]?.windowEnd ?? latest.time).toLocaleTimeString('en-GB');
      console.log(`\nAverages from ${from} to ${to}\n${table(latest.rows)}`);
    }
  };
  client.on('message', (topic, payload) => {
    if (topic !== AVERAGES) {
      return;
    }
    let rows;
    try {
      rows = JSON.parse(payload.toString());
    } catch {
      return;
    }
    if (Array.isArray(rows) && rows.length > 0) {
      const isFirst = latest === undefined;
      rows.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
      latest = { rows, time: Date.now() };
      if (isFirst) {
        print();
      }
    }
  });
  const timer = setInterval(print, PRINT_INTERVAL);
  endings.push(() => {
    clearInterval(timer);
  });
}

// Node-RED's Ctrl-C reaches us as well when npm passes it on: the second one changes nothing.
process.on('SIGINT', () => void stop(0, '\nStopping ...'));
process.on('SIGTERM', () => void stop(0, '\nStopping ...'));
process.on('SIGHUP', () => void stop(0, '\nStopping ...'));

const steps = async () => {
  try {
    await installDependencies();
    const folder = await chooseNodeRed();
    if (!isPaletteBuilt()) {
      console.log('Building ...');
      await buildPaletteQuickly();
    }
    const brokerPort = await startBroker();
    const port = await freePortFrom(1880, 'Node-RED');
    prepareUserDirectory(brokerPort, port);
    const { connectAsync } = (await import('mqtt')).default;
    const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`);
    endings.push(() => client.endAsync(true));
    await client.subscribeAsync(AVERAGES, { qos: 1 });
    printAverages(client);
    endings.push(startSensors(client));
    console.log(`MQTT broker with 5 sensors: mqtt://127.0.0.1:${brokerPort}`);
    const url = await startNodeRed(folder, port);
    if (stopping === undefined) {
      console.log(`Node-RED with the palette: ${url}`);
      console.log('Ctrl-C ends everything.');
    }
  } catch (error) {
    if (stopping === undefined) {
      await stop(1, error instanceof Failure ? error.message : (error?.stack ?? String(error)));
    }
  }
};

main(steps, { endsItself: true });
