import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GraphFigures } from '../../../src/flow/graphFigures';
import type { MonitorSnapshot, SampleAnswer, SavepointAnswer } from '../../../src/flow/monitor/snapshot';
import { parsePrometheus } from '../../flow/monitor/parsePrometheus';
import { batcher, node, receiver, sink, sums, tab } from '../../support/flows';
import { NodeRed, type FlowNode } from '../../support/NodeRed';
import { packageRoot } from '../../support/packageRoot';
import { until } from '../../support/until';

/** Every address that the palette adds to the admin API, as SECURITY.md lists them: a new one must be added to both. */
const ROUTES: readonly { readonly route: string; readonly permission: string }[] = [
  { route: 'get /dstream/graphs', permission: 'dstream.read' },
  { route: 'get /dstream/graphs/:graph/batches/:time', permission: 'dstream.read' },
  { route: 'get /dstream/monitor', permission: 'dstream.read' },
  { route: 'get /dstream/metrics', permission: 'dstream.read' },
  { route: 'post /dstream/graphs/:graph/checkpoint', permission: 'dstream.write' },
  { route: 'post /dstream/graphs/:graph/reset', permission: 'dstream.write' },
  { route: 'post /dstream/graphs/:graph/pause', permission: 'dstream.write' },
  { route: 'post /dstream/graphs/:graph/resume', permission: 'dstream.write' },
  { route: 'get /dstream/graphs/:graph/savepoints', permission: 'dstream.read' },
  { route: 'post /dstream/graphs/:graph/savepoints', permission: 'dstream.write' },
  { route: 'post /dstream/graphs/:graph/savepoints/delete', permission: 'dstream.write' },
  { route: 'get /dstream/graphs/:graph/salvage', permission: 'dstream.read' },
  { route: 'post /dstream/graphs/:graph/salvage', permission: 'dstream.write' },
  { route: 'get /dstream/graphs/:graph/samples/:operator', permission: 'dstream.preview' },
];

/** bcrypt of `only for tests`. */
const PASSWORD = 'only for tests';
const HASH = '$2b$04$jdfbdUXuclMi3YjZ/uowOeJKYE/0ejaUWKqLbiRRdrcmSLQ5K0frW';

/** Users by their permissions, and which of the palette's own these give. */
const USERS: readonly { readonly username: string; readonly permissions: string | readonly string[]; readonly may: readonly string[] }[] = [
  { username: 'nobody', permissions: [], may: [] },
  { username: 'other', permissions: ['flows.read', 'flows.write', 'nodes.read', 'nodes.write', 'settings.read', 'context.read'], may: [] },
  { username: 'writer', permissions: ['write', 'dstream.write'], may: ['dstream.write'] },
  { username: 'resetter', permissions: ['dstream.write'], may: ['dstream.write'] },
  { username: 'reader', permissions: ['dstream.read'], may: ['dstream.read'] },
  { username: 'allReader', permissions: 'read', may: ['dstream.read'] },
  { username: 'previewer', permissions: ['dstream.preview'], may: ['dstream.preview'] },
  { username: 'administrator', permissions: '*', may: ['dstream.read', 'dstream.write', 'dstream.preview'] },
];

/** What nodes have added to the admin API and to the flows' web server: routes, also below routers, and whole handlers. */
const LISTER = `
function list(owner, before) {
  const stack = owner.stack || (owner._router && owner._router.stack);
  if (stack === undefined) return [before + 'use ' + owner.name];
  return stack.flatMap(({ route, handle }) => route
    ? Object.keys(route.methods).map((method) => before + method + ' ' + String(route.path))
    : list(handle, before));
}
module.exports = (RED) => {
  RED.httpAdmin.get('/test/routes', (request, response) => {
    response.json([...list(RED.httpAdmin, ''), ...list(RED.httpNode, 'flows: ')]);
  });
};
`;

/** What a POST is answered with that has no body of JSON. */
const NO_JSON = 415;

/** The time of a batch that there was none of. */
const LONG_AGO = '1000';

/** The address of a route for a graph and a node that are there. */
function addressOf(route: string): string {
  return route.replace(':graph', 'checkpoint').replace(':operator', 'sums').replace(':time', LONG_AGO);
}

/** A graph with a checkpoint, and one without. */
const flow: FlowNode[] = [
  tab(),
  receiver('in', ['batcher'], { source: 'simulated', sensors: '3', rate: '10', seed: '1' }),
  batcher('batcher', ['checkpoint']),
  node('checkpoint', 'dstream-checkpoint', [['sums']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '16', retention: '1' }),
  receiver('plainIn', ['plain'], { source: 'simulated', sensors: '1', rate: '1', seed: '1' }),
  batcher('plain', ['plainSink']),
  sink('plainSink', ['collector2']),
  node('collector2', 'test-collector', []),
  sums('sums', ['sink'], { aggregates: [{ aggregate: 'count', as: 'count' }] }),
  sink('sink', ['collector']),
  node('collector', 'test-collector', []),
];

describe('the admin API, secured with adminAuth', () => {
  let folder: string;
  let nodeRed: NodeRed;
  let without: NodeRed;

  async function start(name: string, options: { readonly nodesDirectories?: readonly string[]; readonly flows: readonly FlowNode[] }): Promise<NodeRed> {
    const userDirectory = join(folder, name);
    await mkdir(join(userDirectory, 'nodes'), { recursive: true });
    await writeFile(join(userDirectory, 'nodes/lister.js'), LISTER);
    await writeFile(join(userDirectory, 'nodes/lister.html'), '');
    const users = USERS.map(({ username, permissions }) => ({ username, permissions, password: HASH }));
    return await NodeRed.start({ ...options, userDirectory, settings: { adminAuth: { type: 'credentials', users } } });
  }

  async function routesOf(instance: NodeRed): Promise<readonly string[]> {
    return await instance.request('GET', '/test/routes') as string[];
  }

  async function tokenOf(username: string): Promise<string> {
    const login = { client_id: 'node-red-admin', grant_type: 'password', scope: '', username, password: PASSWORD };
    return ((await nodeRed.request('POST', '/auth/token', login)) as { access_token: string }).access_token;
  }

  /** Posts as a user; the answer's status and body. */
  async function post(username: string, path: string, body: unknown, type = 'application/json'): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const headers = { 'Authorization': `Bearer ${await tokenOf(username)}`, 'Content-Type': type };
    const response = await fetch(nodeRed.url + path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  }

  async function figures(): Promise<readonly GraphFigures[]> {
    const response = await fetch(`${nodeRed.url}/dstream/graphs`, { headers: { Authorization: `Bearer ${await tokenOf('reader')}` } });
    return await response.json() as GraphFigures[];
  }

  async function snapshot(query: string): Promise<MonitorSnapshot> {
    const response = await fetch(`${nodeRed.url}/dstream/monitor?${query}`, { headers: { Authorization: `Bearer ${await tokenOf('reader')}` } });
    return await response.json() as MonitorSnapshot;
  }

  /** The status of an answer. */
  async function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return (await fetch(nodeRed.url + path, { method, headers })).status;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dstream-admin-'));
    [nodeRed, without] = await Promise.all([start('with', { flows: flow }), start('without', { flows: [], nodesDirectories: [] })]);
    await nodeRed.collected('collector', 1);
  });

  after(async () => {
    await Promise.all([nodeRed.stop(), without.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('has just the routes of the table from the palette, and the web server of flows has none', async () => {
    const known = await routesOf(without);
    expect(known, 'core nodes\' own').to.include('post /inject/:id').and.include('get /test/routes');
    const added = [...await routesOf(nodeRed)];
    for (const route of known) {
      const at = added.indexOf(route);
      if (at >= 0) added.splice(at, 1);
    }
    expect(added).to.deep.equal(ROUTES.map(({ route }) => route));
  });

  it('is described by the table of SECURITY.md', async () => {
    const text = await readFile(join(packageRoot, 'SECURITY.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z]+) (\S+)` \| `([\w.]+)` \|/gm)].map(([, method = '', path = '', permission = '']) => ({ route: `${method.toLowerCase()} ${path}`, permission }));
    expect(rows).to.deep.equal(ROUTES);
  });

  it('lets only those in who may', async () => {
    for (const { route, permission } of ROUTES) {
      const [method = '', template = ''] = route.split(' ');
      const path = addressOf(template);
      expect(await ask(method, path), `${route} without a token`).to.equal(401);
      expect(await ask(method, path, { Authorization: 'Bearer made-up' }), `${route} with a made-up token`).to.equal(401);
      for (const { username, may } of USERS) {
        const status = await ask(method, path, { Authorization: `Bearer ${await tokenOf(username)}` });
        // Whoever is let in without a body is told so, and nothing is done.
        // There is no such batch, and nothing to be salvaged of a graph that runs.
        const inside = method !== 'get' ? NO_JSON : path.endsWith(LONG_AGO) ? 404 : path.endsWith('/salvage') ? 409 : 200;
        expect(status, `${route} as ${username}`).to.equal(may.includes(permission) ? inside : 401);
      }
    }
  });

  it('has no other way to change anything, not even for an administrator', async () => {
    const headers = { 'Authorization': `Bearer ${await tokenOf('administrator')}`, 'Content-Type': 'application/json' };
    for (const { route } of ROUTES) {
      const [, path = ''] = route.split(' ');
      const isKnown = (method: string): boolean => ROUTES.some((known) => known.route === `${method.toLowerCase()} ${path}`);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter((other) => !isKnown(other))) {
        expect(await ask(method, addressOf(path), headers), `${method} ${path}`).to.equal(404);
      }
    }
    for (const path of ['/dstream', '/dstream/', '/dstream/graphs/../../flows.json', '/dstream/graphs/x', '/dstream/%2e%2e/settings.js', '/dstream/graphs/checkpoint/reset']) {
      expect(await ask('GET', path, headers), path).to.equal(404);
    }
  });

  it('takes no body that a page of another site could send', async () => {
    const { log } = nodeRed;
    const before = log.length;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      for (const path of ['checkpoint', 'reset', 'pause', 'resume', 'savepoints', 'savepoints/delete', 'salvage'].map((command) => `/dstream/graphs/checkpoint/${command}`)) {
        expect((await post('administrator', path, '{"scope":"all","name":"x"}', type)).status, `${path} ${type}`).to.equal(NO_JSON);
      }
    }
    expect(nodeRed.log.slice(before).join('\n')).not.to.match(/resets|made a checkpoint|savepoint|pauses|go on/);
  });

  it('says what is wrong with a request', async () => {
    const path = (graph: string, what: string): string => `/dstream/graphs/${graph}/${what}`;
    for (const what of ['checkpoint', 'reset', 'savepoints', 'savepoints/delete', 'salvage']) {
      const gone = await post('resetter', path('gone', what), { scope: 'all' });
      expect([gone.status, gone.body['message']]).to.deep.equal([404, 'There is no such graph. One whose drawing has a problem is not there: correct it and deploy first.']);
      const without = await post('resetter', path('plain', what), { scope: 'all' });
      expect([without.status, without.body['message']]).to.deep.equal([409, 'The graph has no checkpoint node, so it has nothing on disk. It begins anew when it is stopped.']);
    }
    for (const body of [{}, [], { scope: 'some' }, { scope: [] }, { scope: [7] }, { scope: { all: true } }]) {
      const answer = await post('resetter', path('checkpoint', 'reset'), body);
      expect([answer.status, String(answer.body['message']).slice(0, 34)], JSON.stringify(body)).to.deep.equal([400, 'The body must be {"scope": "all"},']);
    }
    const stateless = await post('resetter', path('checkpoint', 'reset'), { scope: ['batcher'] });
    expect(stateless.status).to.equal(400);
    expect(stateless.body['message']).to.match(/^The node batcher( batcher)? has no state: it is a batcher\. Name nodes that have, or "all"\.$/);
    const unknown = await post('resetter', path('checkpoint', 'reset'), { scope: ['sums', 'gone'] });
    expect([unknown.status, unknown.body['message']]).to.deep.equal(
      [404, 'There is no node "gone" in this graph. Name nodes that are drawn in it, by their ids, or "all".'],
    );
  });

  it('makes a checkpoint now, and says in the log who asked', async () => {
    const answer = await post('resetter', '/dstream/graphs/checkpoint/checkpoint', {});
    expect([answer.status, answer.body]).to.deep.equal([200, {}]);
    await nodeRed.logged(/\[dstream\] The user "resetter" made a checkpoint of the graph checkpoint\./);
    await until('the figures tell of it', async () => {
      const [graph] = (await figures()).filter(({ graph: id }) => id === 'checkpoint');
      return graph?.durability?.checkpointTime !== undefined && graph.durability.checkpointBytes > 0;
    });
  });

  it('starts a graph again without its state, or without everything, and says in the log who asked', async () => {
    const scopes: readonly (readonly [scope: 'all' | readonly string[], text: RegExp])[] = [
      [['sums'], /\[dstream\] The user "writer" resets the state of "sums" in the graph checkpoint\./],
      ['all', /\[dstream\] The user "writer" resets everything it has on disk in the graph checkpoint\./],
    ];
    for (const [scope, text] of scopes) {
      const answer = await post('writer', '/dstream/graphs/checkpoint/reset', { scope });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
      expect(answer.body).to.have.all.keys('reset');
      expect(answer.body['reset']).to.match(/^[\da-z-]+$/);
      await nodeRed.logged(text);
      await nodeRed.forgetCollected('collector');
      await nodeRed.collected('collector', 1, 20_000);
    }
    expect((await figures()).map(({ graph, failure }) => [graph, failure])).to.have.deep.members([['checkpoint', undefined], ['plain', undefined]]);
  });

  it('keeps what a graph remembers under a name, goes back to it, deletes it, and says in the log who asked', async () => {
    const path = '/dstream/graphs/checkpoint/savepoints';
    const list = async (): Promise<SavepointAnswer['savepoints']> => {
      const response = await fetch(nodeRed.url + path, { headers: { Authorization: `Bearer ${await tokenOf('reader')}` } });
      return (await response.json() as SavepointAnswer).savepoints;
    };
    for (const body of [{}, [], { name: 7 }, { name: '' }, { name: '../x' }, { name: '<img>' }, { name: 'x'.repeat(65) }]) {
      for (const where of [path, `${path}/delete`]) {
        const answer = await post('resetter', where, body);
        expect([answer.status, String(answer.body['message']).slice(0, 25)], JSON.stringify(body)).to.deep.equal([400, 'The body must have "name"']);
      }
    }
    expect(await list()).to.deep.equal([]);
    expect(await post('resetter', path, { name: 'before-update' })).to.deep.equal({ status: 200, body: {} });
    await nodeRed.logged(/\[dstream\] The user "resetter" made the savepoint "before-update" of the graph checkpoint\./);
    const [savepoint, ...others] = await list();
    expect(others).to.deep.equal([]);
    expect(savepoint).to.include({ name: 'before-update' }).and.to.have.all.keys('name', 'bytes', 'batchTime', 'made', 'afresh');
    expect(savepoint?.bytes).to.be.above(100);
    expect(savepoint?.afresh).to.deep.equal([]);
    const again = await post('resetter', path, { name: 'Before-Update' });
    expect([again.status, String(again.body['message'])]).to.satisfy(([status, text]: [number, string]) => status === 409 && text.includes('already'));

    const reset = '/dstream/graphs/checkpoint/reset';
    for (const [body, status, text] of [
      [{ scope: 'all', savepoint: '../x' }, 400, 'The body must have "savepoint"'],
      [{ scope: ['sums'], savepoint: 'before-update' }, 400, 'A savepoint has the state of the whole graph'],
      [{ scope: 'all', savepoint: 'gone' }, 404, 'There is no savepoint "gone"'],
    ] as const) {
      const answer = await post('resetter', reset, body);
      expect([answer.status, String(answer.body['message']).slice(0, text.length)]).to.deep.equal([status, text]);
    }
    const back = await post('resetter', reset, { scope: 'all', savepoint: 'before-update' });
    expect(back.status, JSON.stringify(back.body)).to.equal(200);
    expect(back.body).to.have.all.keys('reset');
    await nodeRed.logged(/The user "resetter" resets everything it has on disk in the graph checkpoint, back to the savepoint "before-update"\./);
    await nodeRed.logged(/The graph went back to the savepoint "before-update": what it had kept since was put aside\./);
    await nodeRed.forgetCollected('collector');
    await nodeRed.collected('collector', 1, 20_000);

    expect(await post('writer', `${path}/delete`, { name: 'before-update' })).to.deep.equal({ status: 200, body: {} });
    await nodeRed.logged(/\[dstream\] The user "writer" deleted the savepoint "before-update" of the graph checkpoint\./);
    expect((await post('writer', `${path}/delete`, { name: 'before-update' })).status).to.equal(404);
    expect(await list()).to.deep.equal([]);
    expect((await figures()).map(({ failure }) => failure)).to.deep.equal([undefined, undefined]);
  });

  it('keeps a graph running as it was where a savepoint cannot be read', async () => {
    const path = '/dstream/graphs/checkpoint/savepoints';
    expect((await post('writer', path, { name: 'torn' })).status).to.equal(200);
    const file = join(folder, 'with/dstream/checkpoint/savepoints/torn.ck');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 30));
    const startedAt = (await snapshot('graph=checkpoint')).graph?.startedAt;
    const answer = await post('writer', '/dstream/graphs/checkpoint/reset', { scope: 'all', savepoint: 'torn' });
    expect(answer.status).to.equal(409);
    expect(answer.body['message']).to.contain('savepoints/torn.ck is damaged at byte ');
    expect((await snapshot('graph=checkpoint')).graph).to.include({ startedAt, state: 'running' });
    await post('writer', `${path}/delete`, { name: 'torn' });
  });

  it('salvages nothing of a graph that runs', async () => {
    const path = '/dstream/graphs/checkpoint/salvage';
    const headers = { Authorization: `Bearer ${await tokenOf('reader')}` };
    const asked = await fetch(`${nodeRed.url}${path}`, { headers });
    const message = 'There is nothing to be salvaged: only a graph that does not start because its files are damaged can be.';
    expect([asked.status, await asked.json()]).to.deep.equal([409, { message }]);
    expect(await post('writer', path, {})).to.deep.equal({ status: 409, body: { message } });
  });

  it('shows what flows to whoever may see that, and nobody keeps it', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('previewer')}` };
    const samples = async (graph: string, operator: string): Promise<Response> =>
      fetch(`${nodeRed.url}/dstream/graphs/${graph}/samples/${encodeURIComponent(operator)}`, { headers });
    let answer: SampleAnswer | undefined;
    await until('records are there', async () => {
      const response = await samples('checkpoint', 'sums');
      expect([response.status, response.headers.get('cache-control')]).to.deep.equal([200, 'no-store']);
      answer = await response.json() as SampleAnswer;
      return answer.records.length > 0;
    });
    expect(answer?.sampling).to.equal(true);
    expect(answer?.records.at(-1)).to.have.keys('payload', 'topic', 'key', 'time');
    expect(answer?.batchRecords).to.be.above(0);
    const refusals = [['gone', 'sums', /no such graph/], ['checkpoint', 'plain', /no such node/], ['checkpoint', '__proto__', /no such node/], ['checkpoint', 'in', /Ask for the node behind/]] as const;
    for (const [graph, operator, text] of refusals) {
      const response = await samples(graph, operator);
      expect(response.status, `${graph} ${operator}`).to.equal(404);
      expect((await response.json() as { message: string }).message).to.match(text);
    }
  });

  it('pauses a graph and lets it go on, and says in the log who asked', async () => {
    const state = async (): Promise<string | undefined> => (await snapshot('')).graphs.find(({ id }) => id === 'plain')?.state;
    expect(await post('resetter', '/dstream/graphs/plain/pause', {})).to.deep.equal({ status: 200, body: { paused: true } });
    await nodeRed.logged(/\[dstream\] The user "resetter" pauses the graph plain\./);
    expect(await state()).to.equal('paused');
    expect((await nodeRed.status('plain', /^paused$/))?.fill).to.equal('yellow');
    expect(await post('writer', '/dstream/graphs/plain/resume', {})).to.deep.equal({ status: 200, body: { paused: false } });
    await nodeRed.logged(/\[dstream\] The user "writer" lets the graph plain go on\./);
    expect(await state()).to.equal('running');
    for (const command of ['pause', 'resume']) {
      expect((await post('writer', `/dstream/graphs/gone/${command}`, {})).status).to.equal(404);
    }
  });

  it('says which parameter of a question is wrong', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('reader')}` };
    for (const query of ['since=-1', 'since=1e3', 'since=1&since=2', 'plan=x', 'graph=', 'graph[a]=b', `graph=${'x'.repeat(201)}`]) {
      const response = await fetch(`${nodeRed.url}/dstream/monitor?${query}`, { headers });
      expect(response.status, query).to.equal(400);
      expect((await response.json() as { message: string }).message, query).to.match(/^The parameter (since|plan|graph) must be/);
    }
    for (const time of ['now', '-1', '1.5', '%00']) {
      expect(await ask('GET', `/dstream/graphs/checkpoint/batches/${time}`, headers), time).to.equal(400);
    }
    expect(await ask('GET', '/dstream/graphs/gone/batches/1000', headers)).to.equal(404);
  });

  it('tells what runs to whoever may read, and no payloads, topics or keys', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('reader')}` };
    const { graph } = await snapshot('graph=checkpoint');
    expect(graph?.batches.times).to.not.have.length(0);
    const batch = await fetch(`${nodeRed.url}/dstream/graphs/checkpoint/batches/${String(graph?.batches.times.at(-1))}`, { headers });
    const metrics = await fetch(`${nodeRed.url}/dstream/metrics`, { headers });
    expect([batch.status, metrics.status, metrics.headers.get('content-type')]).to.deep.equal([200, 200, 'text/plain; charset=utf-8; version=0.0.4']);
    const parsed = parsePrometheus(await metrics.text());
    expect(parsed.get('dstream_batches_total')?.samples.map(({ labels }) => labels['graph'])).to.have.members(['checkpoint', 'plain']);
    for (const told of [JSON.stringify(graph), JSON.stringify(await batch.json()), JSON.stringify([...parsed])]) {
      expect(told).not.to.match(/simulated\/|"sensor|sequence":\d+,"value/);
    }
  });

  it('tells ids and numbers, as JSON', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('reader')}` };
    const response = await fetch(`${nodeRed.url}/dstream/graphs`, { headers });
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
    const graphs = await response.json() as unknown[];
    expect(graphs).to.have.length(2);
    // Nothing of what flows: neither topics nor keys nor payloads of the simulated sensors.
    expect(JSON.stringify(graphs)).not.to.match(/simulated\/|"sensor|sequence/);
  });
});
