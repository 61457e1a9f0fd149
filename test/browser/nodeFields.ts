import type { FieldValue } from '../support/browser/Dialog';

/** What a test gives the fields of a node's dialog. */
export interface NodeFields {
  /**
   * The choices under which fields are shown, one opening of the dialog for each; together they must show every field. What they set
   * goes before `values`.
   */
  readonly variants: readonly Readonly<Record<string, FieldValue>>[];
  /** A value for every property that a field of its name sets, other than the default. */
  readonly values: Readonly<Record<string, FieldValue>>;
  /** For properties with a validator: values that must be refused, with the choices under which they are. */
  readonly refused: readonly { readonly property: string; readonly value: FieldValue; readonly when?: Readonly<Record<string, FieldValue>> }[];
  /** The nodes that must be wired to it before: ids of `SURROUNDINGS`. */
  readonly wiredFrom?: readonly string[];
  /** The fields with another name than their property. */
  readonly fieldOf?: Readonly<Record<string, string>>;
}

/** What there is beside the nodes that are dragged in: config nodes to choose, and streams to join. */
export const SURROUNDINGS = [
  { id: 'suite-tab', type: 'tab', label: 'Browser suite' },
  {
    id: 'suite-broker', type: 'mqtt-broker', name: 'Broker', broker: '127.0.0.1', port: '1', clientid: '', autoConnect: false, usetls: false,
    protocolVersion: '4', keepalive: '60', cleansession: true,
  },
  {
    id: 'suite-engine', type: 'dstream-engine', name: 'Engine', version: 1, isolation: 'thread', shared: false, parallelism: 1, heapLimit: '',
    hangLimit: 5,
  },
  ...['one', 'two'].map((name, index) => ({
    id: `suite-${name}`, type: 'dstream-map', z: 'suite-tab', name, version: 1, mode: 'map', lang: 'javascript', func: 'return msg;',
    x: 100, y: 40 + 40 * index, wires: [[]],
  })),
  { id: 'suite-batcher', type: 'dstream-batcher', z: 'suite-tab', name: 'graph', version: 1, interval: '1', intervalUnits: 's', x: 100, y: 120, wires: [[]] },
];

const TOO_SMALL = '0';
const NO_PROPERTY = { type: 'msg', value: 'payload[' };
const KEY = { type: 'msg', value: 'payload.sensor' };

export const NODE_FIELDS: Readonly<Record<string, NodeFields>> = {
  'dstream-receiver': {
    variants: ['mqtt', 'http', 'tcp', 'folder', 'simulated', 'wire'].map((source) => ({ source })),
    values: {
      name: 'Door sensors', broker: 'suite-broker', topic: 'doors/+/open', qos: '2', httpPath: '/doors', bodyLimit: '64', tcpRole: 'connect',
      host: 'doors.example', port: '4711', folder: 'doors', pattern: '*.csv', split: 'whole', existing: true, format: 'json',
      key: { type: 'level', value: '1' }, sensors: '3', rate: '2.5', seed: '7',
    },
    refused: [
      { property: 'broker', value: '_ADD_', when: { source: 'mqtt' } },
      { property: 'topic', value: 'doors/#/open', when: { source: 'mqtt' } },
      { property: 'httpPath', value: '/doors and windows', when: { source: 'http' } },
      { property: 'bodyLimit', value: '16385', when: { source: 'http' } },
      { property: 'host', value: '', when: { source: 'tcp' } },
      { property: 'port', value: '65536', when: { source: 'tcp' } },
      { property: 'folder', value: '', when: { source: 'folder' } },
      { property: 'pattern', value: 'doors/*', when: { source: 'folder' } },
      { property: 'sensors', value: '1.5', when: { source: 'simulated' } },
      { property: 'rate', value: TOO_SMALL, when: { source: 'simulated' } },
      { property: 'seed', value: 'seven', when: { source: 'simulated' } },
      { property: 'key', value: NO_PROPERTY },
    ],
  },
  'dstream-batcher': {
    variants: [{ backpressure: true }],
    values: {
      name: 'Every half second', interval: '500', intervalUnits: 'ms', bufferLimit: '2000', maxRate: '900', minRate: '10', initialRate: '50',
      engine: 'suite-engine',
    },
    refused: [
      { property: 'interval', value: TOO_SMALL },
      { property: 'bufferLimit', value: TOO_SMALL },
      { property: 'maxRate', value: '-1' },
      { property: 'minRate', value: '-1', when: { backpressure: true } },
      { property: 'initialRate', value: '-1', when: { backpressure: true } },
    ],
  },
  'dstream-map': {
    variants: [{}],
    values: { name: 'Celsius', mode: 'filter', lang: 'jsonata', func: 'payload > 20' },
    refused: [
      { property: 'func', value: 'msg.payload * 2', when: { lang: 'javascript' } },
      { property: 'func', value: 'payload >', when: { lang: 'jsonata' } },
    ],
  },
  'dstream-window': {
    variants: [{ mode: 'sliding' }],
    values: { name: 'A quarter', length: '15', lengthUnits: 'min', slide: '5', slideUnits: 'min' },
    refused: [
      { property: 'length', value: TOO_SMALL },
      { property: 'slide', value: TOO_SMALL, when: { mode: 'sliding' } },
    ],
  },
  'dstream-reduceByKey': {
    variants: [{}],
    values: { name: 'Statistics', key: KEY, emit: 'changed', emitLeaving: true, keyLimit: '500' },
    refused: [
      { property: 'key', value: NO_PROPERTY },
      { property: 'keyLimit', value: TOO_SMALL },
    ],
  },
  'dstream-state': {
    variants: [{}],
    values: {
      name: 'Totals', key: KEY, mode: 'record', func: 'state.update(msg.payload); return msg.payload;', timeout: '2', timeoutUnits: 'h',
      emit: 'all', keyLimit: '500',
    },
    refused: [
      { property: 'key', value: NO_PROPERTY },
      { property: 'func', value: 'values.length', when: { mode: 'update' } },
      { property: 'timeout', value: '-1' },
      { property: 'keyLimit', value: TOO_SMALL },
    ],
  },
  'dstream-join': {
    variants: [{}],
    values: { name: 'Both', mode: 'full', left: 'suite-two' },
    refused: [],
    wiredFrom: ['suite-one', 'suite-two'],
    fieldOf: { left: 'leftStream' },
  },
  'dstream-checkpoint': {
    variants: [{ sync: 'timer' }],
    values: {
      name: 'Safe', path: 'streams', interval: '2', intervalUnits: 'min', syncInterval: '200', syncIntervalUnits: 'ms', logLimit: '64',
      retention: '3',
    },
    refused: [
      { property: 'interval', value: TOO_SMALL },
      { property: 'syncInterval', value: TOO_SMALL, when: { sync: 'timer' } },
      { property: 'logLimit', value: TOO_SMALL },
      { property: 'retention', value: TOO_SMALL },
    ],
  },
  'dstream-sink': {
    variants: [
      { target: 'mqtt', mode: 'key' },
      { target: 'http', mode: 'record' },
      { target: 'file', fileFormat: 'csv' },
      { target: 'flow', mode: 'batch' },
    ],
    values: {
      name: 'Results', emptyBatches: true, broker: 'suite-broker', topic: 'means/{key}', qos: '0', retain: true, url: 'https://results.example/in',
      header: 'X-Token', timeout: '5', path: 'results', fileName: 'means', roll: 'hour', columns: 'key, mean', pin: true,
    },
    refused: [
      { property: 'broker', value: '_ADD_', when: { target: 'mqtt' } },
      { property: 'topic', value: 'means/+', when: { target: 'mqtt' } },
      { property: 'url', value: 'ftp://results.example', when: { target: 'http' } },
      { property: 'header', value: 'X Token', when: { target: 'http' } },
      { property: 'timeout', value: '601', when: { target: 'http' } },
      { property: 'fileName', value: '../means', when: { target: 'file' } },
      { property: 'columns', value: 'key, key', when: { target: 'file', fileFormat: 'csv' } },
    ],
  },
  'dstream-statistics': {
    variants: [{ every: 'interval' }],
    values: { name: 'Figures', graph: 'suite-batcher', interval: '500', intervalUnits: 'ms' },
    refused: [{ property: 'interval', value: TOO_SMALL, when: { every: 'interval' } }],
    fieldOf: { graph: 'graphNode' },
  },
  'dstream-engine': {
    variants: [{ isolation: 'process' }],
    values: { name: 'Apart', shared: true, parallelism: '2', heapLimit: '256', hangLimit: '9' },
    refused: [
      { property: 'parallelism', value: TOO_SMALL },
      { property: 'heapLimit', value: '1' },
      { property: 'hangLimit', value: '-1' },
    ],
  },
};
