import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Migration, newestVersion } from '../../nodes/shared/migrate';
import { MIGRATIONS, type NodeName } from '../../nodes/shared/migrations';
import { canonicalJson } from '../../src/plan/canonical';
import { defaults, ROOT } from './editor/palette';
import { type FlowItem, load, tab, unload } from './helper';

const NAMES = Object.keys(MIGRATIONS) as NodeName[];

function golden(name: string): string {
  return readFileSync(join(ROOT, 'test/nodes/golden', name), 'utf8');
}

/** What the dialog of each version stores, by node and version. Of versions that were released nothing may ever be changed here. */
const properties = JSON.parse(golden('properties.json')) as Readonly<Record<NodeName, Readonly<Record<string, readonly string[]>>>>;

/** Every node with all its properties, as version 1 of the dialogs has stored them. */
const flow = JSON.parse(golden('flows-1.json')) as FlowItem[];

/** What a test works with while nodes have other migrations. */
async function withMigrations(migrations: Partial<Record<NodeName, readonly Migration[]>>, work: () => Promise<void>): Promise<void> {
  const before = { ...MIGRATIONS };
  Object.assign(MIGRATIONS, migrations);
  try {
    await work();
  } finally {
    Object.assign(MIGRATIONS, before);
  }
}

describe('versions of what dialogs store', () => {
  for (const name of NAMES) {
    describe(name, () => {
      it('has a migration for each version after the first, and new nodes are of the newest', () => {
        const newest = newestVersion(MIGRATIONS[name]);
        expect(MIGRATIONS[name].map(({ version }) => version)).to.deep.equal(Array.from({ length: newest - 1 }, (_, step) => step + 2));
        expect(defaults(name)['version']?.['value'], `version in nodes/${name}/${name}.html`).to.equal(newest);
      });

      it('stores what is written down for its version', () => {
        const newest = String(newestVersion(MIGRATIONS[name]));
        const stored = Object.keys(defaults(name)).sort();
        const legacy = Object.values(properties[name]).flat();
        expect(
          stored,
          `What ${name} stores has changed. A property that may be left out, and then means what it always meant, is added to version ${newest} in ` +
            'test/nodes/golden/properties.json. Anything else needs a new version: see nodes/shared/migrations.ts',
        ).to.include.members(properties[name][newest] ?? []);
        // Those of earlier versions stay in `defaults`, or Node-RED's editor would forget them before they are migrated.
        expect([...new Set(legacy)].sort(), `of all versions of ${name}`).to.deep.equal(stored);
      });
    });
  }

  it('have golden nodes of every kind with all properties', () => {
    const drawn = flow.filter(({ type }) => type.startsWith('dstream-'));
    expect(drawn.every(({ version }) => version === 1)).to.equal(true);
    for (const node of drawn) {
      const own = Object.keys(node).filter((property) => !['id', 'type', 'z', 'x', 'y', 'wires'].includes(property));
      expect(own.sort(), node.id).to.deep.equal(properties[node.type.replace('dstream-', '') as NodeName]['1']);
    }
    expect([...new Set(drawn.map(({ type }) => type.replace('dstream-', '')))]).to.have.members(NAMES);
  });

  it('mean for ever what they meant: the golden flow of version 1 has its golden plan', async () => {
    const loaded = await load(flow);
    expect(loaded.deployment.problems).to.deep.equal([]);
    expect(`${canonicalJson(loaded.engine.only.plan)}\n`).to.equal(golden('plan-1.json'));
    expect(JSON.parse(loaded.deployment.graphs[0]?.engine ?? '')).to.deep.equal(
      { isolation: 'process', shared: true, hangLimit: 2500, parallelism: 2, heapLimit: 256 },
    );
    await unload(loaded);
  });

  it('are brought up to date as a flow is started, step by step', async () => {
    const steps: readonly Migration[] = [
      { version: 2, up: ({ code, ...others }) => ({ ...others, function: code }) },
      { version: 3, up: ({ function: func, ...others }) => ({ ...others, func, mode: 'map', lang: 'javascript' }) },
    ];
    const engine: readonly Migration[] = [{ version: 2, up: ({ place, ...others }) => ({ ...others, isolation: place }) }];
    await withMigrations({ map: steps, engine }, async () => {
      const loaded = await load([
        { id: 'e', type: 'dstream-engine', place: 'inline' },
        ...tab('tab', [
          { id: 'r', type: 'dstream-receiver', wires: [['b']] },
          { id: 'b', type: 'dstream-batcher', engine: 'e', wires: [['one', 'two', 'three']] },
          { id: 'one', type: 'dstream-map', version: 1, code: 'return 1;', wires: [['s']] },
          { id: 'two', type: 'dstream-map', version: 2, function: 'return 2;', wires: [['s']] },
          { id: 'three', type: 'dstream-map', version: 3, func: 'return 3;', mode: 'map', lang: 'javascript', wires: [['s']] },
          { id: 's', type: 'dstream-sink', wires: [[]] },
        ]),
      ]);
      expect(loaded.deployment.problems).to.deep.equal([]);
      const code = (id: string): unknown => loaded.engine.only.plan.operators.find((operator) => operator.id === id)?.parameters;
      for (const [id, source] of [['one', 'return 1;'], ['two', 'return 2;'], ['three', 'return 3;']] as const) {
        expect(code(id), id).to.deep.equal({ mode: 'map', code: { lang: 'javascript', source } });
      }
      expect(loaded.deployment.graphs[0]?.engine).to.include('"isolation":"inline"');
      await unload(loaded);
    });
  });

  it('are not misread where a newer palette has drawn them: the graph does not run, and the node says why', async () => {
    const drawing = (change: { readonly map?: object; readonly engine?: object }): FlowItem[] => [
      { id: 'e', type: 'dstream-engine', ...change.engine },
      ...tab('tab', [
        { id: 'r', type: 'dstream-receiver', wires: [['b']] },
        { id: 'b', type: 'dstream-batcher', engine: 'e', wires: [['m']] },
        { id: 'm', type: 'dstream-map', name: 'mine', func: 'return msg;', ...change.map, wires: [['s']] },
        { id: 's', type: 'dstream-sink', wires: [[]] },
      ]),
    ];
    const map = await load(drawing({ map: { version: 2, mode: 'of the future' } }));
    expect(map.engine.queries).to.deep.equal([]);
    expect(map.deployment.problems).to.deep.equal([{
      nodeId: 'm',
      code: 'version-too-new',
      what: 'map "mine" was drawn with a newer version of the palette',
      why: 'Its settings are of version 2, and this palette knows them up to 1: they could mean something else.',
      fix: 'Update the palette: Manage palette, node-red-dstream, update.',
    }]);
    await unload(map);
    const engine = await load(drawing({ engine: { version: 7, isolation: 'of the future' } }));
    expect(engine.engine.queries).to.deep.equal([]);
    expect(engine.deployment.problems.map(({ nodeId, code, what }) => [nodeId, code, what])).to.deep.equal(
      [['b', 'version-too-new', 'engine: the engine node was drawn with a newer version of the palette']],
    );
    await unload(engine);
  });
});
