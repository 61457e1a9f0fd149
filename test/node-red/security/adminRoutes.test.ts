import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { batcher, node, receiver, sink, sums, tab } from '../../support/flows';
import { NodeRed, type FlowNode } from '../../support/NodeRed';
import { packageRoot } from '../../support/packageRoot';

/** Every address that the palette adds to the admin API, as SECURITY.md lists them: a new one must be added to both. */
const ROUTES: readonly { readonly route: string; readonly permission: string }[] = [
  { route: 'get /dstream/graphs', permission: 'dstream.read' },
];

/** bcrypt of `only for tests`. */
const PASSWORD = 'only for tests';
const HASH = '$2b$04$jdfbdUXuclMi3YjZ/uowOeJKYE/0ejaUWKqLbiRRdrcmSLQ5K0frW';

/** Users by their permissions, and whether they may see the palette's figures. */
const USERS: readonly { readonly username: string; readonly permissions: string | readonly string[]; readonly may: boolean }[] = [
  { username: 'nobody', permissions: [], may: false },
  { username: 'other', permissions: ['flows.read', 'nodes.read', 'settings.read', 'context.read'], may: false },
  { username: 'writer', permissions: ['write', 'dstream.write'], may: false },
  { username: 'reader', permissions: ['dstream.read'], may: true },
  { username: 'allReader', permissions: 'read', may: true },
  { username: 'administrator', permissions: '*', may: true },
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

const flow: FlowNode[] = [
  tab(),
  receiver('in', ['batcher'], { source: 'simulated', sensors: '3', rate: '10', seed: '1' }),
  batcher('batcher', ['sums']),
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

  it('answers only those who may read', async () => {
    for (const { route } of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      expect(await ask(method, path), `${route} without a token`).to.equal(401);
      expect(await ask(method, path, { Authorization: 'Bearer made-up' }), `${route} with a made-up token`).to.equal(401);
      for (const { username, may } of USERS) {
        const status = await ask(method, path, { Authorization: `Bearer ${await tokenOf(username)}` });
        expect(status, `${route} as ${username}`).to.equal(may ? 200 : 401);
      }
    }
  });

  it('has no way to change anything, not even for an administrator', async () => {
    const headers = { 'Authorization': `Bearer ${await tokenOf('administrator')}`, 'Content-Type': 'application/json' };
    for (const { route } of ROUTES) {
      const [, path = ''] = route.split(' ');
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(await ask(method, path, headers), `${method} ${path}`).to.equal(404);
    }
    for (const path of ['/dstream', '/dstream/', '/dstream/graphs/../../flows.json', '/dstream/graphs/x', '/dstream/%2e%2e/settings.js']) {
      expect(await ask('GET', path, headers), path).to.equal(404);
    }
  });

  it('tells ids and numbers, as JSON', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf('reader')}` };
    const response = await fetch(`${nodeRed.url}/dstream/graphs`, { headers });
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
    const graphs = await response.json() as unknown[];
    expect(graphs).to.have.length(1);
    // Nothing of what flows: neither topics nor keys nor payloads of the simulated sensors.
    expect(JSON.stringify(graphs)).not.to.match(/simulated\/|"sensor|sequence/);
  });
});
