import { expect } from 'chai';
import { FunctionLiteral, SETS, defaults, isObjectLiteral, nodeHtml, registration, scripts, template } from './palette';

const PALETTE_SETS = SETS.filter((set) => set !== 'engine');

/** Name, hidden version and the properties that each node has, with the values a new node gets. */
const EXPECTED_DEFAULTS: Readonly<Record<(typeof SETS)[number], Readonly<Record<string, unknown>>>> = {
  receiver: {
    source: 'wire', broker: '', topic: '', qos: '1',
    httpPath: '', bodyLimit: 1024, tcpRole: 'listen', host: '127.0.0.1', port: '', folder: '', pattern: '*', split: 'lines', existing: false,
    format: 'auto', keyType: 'topic', key: '', sensors: 10, rate: 1, seed: 42,
  },
  batcher: {
    interval: 1, intervalUnits: 's', bufferLimit: 100000, maxRate: '', backpressure: false, minRate: 100, initialRate: '', engine: '',
  },
  map: { mode: 'map', lang: 'javascript', func: 'return msg;' },
  window: { mode: 'tumbling', length: 10, lengthUnits: 's', slide: 1, slideUnits: 's' },
  reduceByKey: {
    keyType: 'key',
    key: '',
    aggregates: [{ aggregate: 'mean', of: 'payload', ofType: 'msg', as: 'mean' }],
    emit: 'all',
    emitLeaving: false,
    keyLimit: 1000000,
  },
  state: {
    keyType: 'key', key: '', mode: 'update', func: 'return (state ?? 0) + values.length;', timeout: '', timeoutUnits: 'min', emit: 'changed',
    keyLimit: 1000000,
  },
  join: { mode: 'inner', left: '' },
  checkpoint: {
    path: '', interval: 10, intervalUnits: 's', sync: 'group', syncInterval: 1, syncIntervalUnits: 's', logLimit: 1024, retention: 7,
  },
  sink: {
    target: 'flow', mode: 'batch', emptyBatches: false, broker: '', topic: '', qos: '1', retain: false, url: '', header: '', timeout: 10,
    path: 'dstream-output', fileName: '', fileFormat: 'json', roll: 'day', columns: '', pin: false,
  },
  statistics: { graph: '', every: 'batch', interval: 10, intervalUnits: 's' },
  engine: { isolation: 'thread', shared: false, parallelism: 1, heapLimit: '', hangLimit: 5 },
};

/** The fields that have another name than their property. */
const OTHER_FIELDS: Readonly<Record<string, string>> = { aggregates: 'aggregates-container', left: 'leftStream', graph: 'graphNode' };

describe('editor registration', () => {
  for (const set of SETS) {
    describe(set, () => {
      it('registers dstream-<folder> with one literal object', () => {
        const { type, definition } = registration(set);
        expect(type).to.equal(`dstream-${set}`);
        expect(definition['category']).to.equal(set === 'engine' ? 'config' : 'DStream');
        expect(definition['color']).to.match(/^#[0-9A-F]{6}$/);
        expect(definition['icon']).to.equal(`dstream-${set}.svg`);
        expect(definition['paletteLabel']).to.equal(set);
        expect(definition['label']).to.be.instanceOf(FunctionLiteral);
        expect(definition['labelStyle']).to.be.instanceOf(FunctionLiteral);
      });

      it('has exactly the agreed properties and default values', () => {
        const values = Object.entries(defaults(set)).map(([name, definition]) => [name, definition['value']]);
        expect(Object.fromEntries(values)).to.deep.equal({ name: '', version: 1, ...EXPECTED_DEFAULTS[set] });
      });

      it('has validators of two parameters, because Node-RED shows the reason only then', () => {
        for (const [name, definition] of Object.entries(defaults(set))) {
          const validate = definition['validate'];
          if (validate !== undefined) {
            expect(validate, name).to.be.instanceOf(FunctionLiteral);
            expect((validate as FunctionLiteral).parameters, name).to.equal(2);
          }
        }
      });

      it('has an input for every property but the hidden version', () => {
        const prefix = set === 'engine' ? 'node-config-input' : 'node-input';
        const ids = [...template(set).matchAll(/\bid="([^"]+)"/g)].map((match) => match[1] ?? '');
        for (const name of Object.keys(defaults(set)).filter((property) => property !== 'version')) {
          const id = `${prefix}-${OTHER_FIELDS[name] ?? name}`;
          expect(ids.filter((candidate) => candidate === id), id).to.have.length(1);
        }
        expect(new Set(ids).size, 'ids are unique').to.equal(ids.length);
      });

      it('labels only what exists', () => {
        const html = template(set);
        const ids = new Set([...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]));
        for (const match of html.matchAll(/<label for="([^"]+)"/g)) {
          expect(ids.has(match[1]), match[1]).to.equal(true);
        }
      });

      it('offers the default value in each select', () => {
        for (const match of template(set).matchAll(/<select id="node-(?:config-)?input-(\w+)"[^>]*>([\s\S]*?)<\/select>/g)) {
          const values = [...(match[2] ?? '').matchAll(/<option value="([^"]*)"/g)].map((option) => option[1]);
          const field = match[1] ?? '';
          const [property = field] = Object.entries(OTHER_FIELDS).find(([, other]) => other === field) ?? [];
          expect(values, field).to.include(defaults(set)[property]?.['value']);
        }
      });

      it('loads its own bundle before it registers', () => {
        const [first] = scripts(nodeHtml(set));
        expect(first?.attributes['src']).to.equal(`resources/@dstream/node-red-dstream/${set}.js`);
      });

      it('has no text outside the catalogue', () => {
        const words = template(set).replace(/<[^>]*>/g, '').trim();
        expect(words).to.equal('');
        expect(template(set)).to.not.match(/\b(?:placeholder|title)="/);
      });
    });
  }

  it('gives every palette node one output, and one input unless it stands beside the graphs', () => {
    for (const set of PALETTE_SETS) {
      expect(registration(set).definition['inputs'], set).to.equal(set === 'statistics' ? 0 : 1);
      expect(registration(set).definition['outputs'], set).to.equal(1);
    }
  });

  it('references the config nodes without requiring them', () => {
    for (const set of ['receiver', 'sink']) expect(defaults(set)['broker']).to.include({ type: 'mqtt-broker' });
    expect(defaults('batcher')['engine']).to.include({ type: 'dstream-engine', required: false });
    expect(isObjectLiteral(defaults('batcher')['engine'])).to.equal(true);
  });

  it('lets every validator see empty values, which Node-RED passes over where a property says required: false', () => {
    for (const set of SETS) {
      for (const [name, definition] of Object.entries(defaults(set))) {
        if (definition['validate'] !== undefined) expect(definition, `${set} ${name}`).to.not.have.property('required', false);
      }
    }
  });

  it("declares a join's left stream as a reference to nodes, so that a copy refers to the copied stream", () => {
    expect(defaults('join')['left']).to.include({ value: '', type: '*[]' });
    // A field of this name would be taken for the choice of a config node when the dialog is closed.
    expect(template('join')).to.not.contain('id="node-input-left"');
  });

  it('declares the graph of a statistics node likewise', () => {
    expect(defaults('statistics')['graph']).to.include({ value: '', type: '*[]' });
    expect(template('statistics')).to.not.contain('id="node-input-graph"');
  });

  it('gives dark text enough contrast on every colour (WCAG AA: at least 4.5 : 1)', () => {
    for (const set of SETS) {
      const color = registration(set).definition['color'];
      expect(typeof color === 'string' ? contrast(color, '#333333') : 0, set).to.be.at.least(4.5);
    }
  });
});

/** WCAG 2.2 contrast ratio of two colours. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** WCAG 2.2 relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
