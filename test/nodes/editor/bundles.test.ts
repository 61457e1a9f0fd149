import { expect } from 'chai';
import { type EditorFunctions, loadBundle } from './loadBundle';
import { SETS, nodeHtml } from './palette';

describe('editor bundles', () => {
  const loaded = new Map<string, EditorFunctions>();
  before(() => SETS.forEach((set) => loaded.set(set, loadBundle(set))));

  /** True, or the texts that the user sees. */
  function validate(set: string, name: string, node: object, value: unknown): unknown {
    const result = loaded.get(set)?.[name]?.(node, value);
    return Array.isArray(result) ? Array.from(result as unknown[]) : result;
  }

  for (const set of SETS) {
    it(`${set} offers exactly what its html calls`, () => {
      const called = [...nodeHtml(set).matchAll(/dstreamEditor\.(\w+)\.(\w+)\(/g)];
      expect(new Set(called.map((match) => match[1]))).to.deep.equal(new Set([set]));
      const functions = new Set(called.map((match) => match[2] ?? ''));
      expect(Object.keys(loaded.get(set) ?? {}).sort()).to.deep.equal([...functions].sort());
    });
  }

  it('labels nodes by what they do, and by their name when they have one', () => {
    const label = (set: string, node: object) => loaded.get(set)?.['label']?.(node);
    for (const set of SETS) {
      expect(label(set, { name: 'mine' })).to.equal('mine');
    }
    expect(label('receiver', { source: 'wire' })).to.equal('receiver');
    expect(label('receiver', { source: 'mqtt', topic: 'a/+' })).to.equal('a/+');
    expect(label('receiver', { source: 'mqtt', topic: '' })).to.equal('receiver');
    expect(label('receiver', { source: 'http', httpPath: '/a/b' })).to.equal('POST /a/b');
    expect(label('receiver', { source: 'http', httpPath: '' })).to.equal('receiver');
    expect(label('receiver', { source: 'tcp', host: '127.0.0.1', port: '99' })).to.equal('127.0.0.1:99');
    expect(label('receiver', { source: 'folder', folder: 'incoming' })).to.equal('incoming');
    expect(label('receiver', { source: 'simulated', sensors: '10' })).to.equal('10 simulated sensors');
    expect(label('receiver', { source: 'simulated', sensors: 1 })).to.equal('1 simulated sensor');
    expect(label('batcher', { interval: '500', intervalUnits: 'ms' })).to.equal('every 500 ms');
    expect(label('map', { mode: 'filter' })).to.equal('filter');
    expect(label('window', { mode: 'tumbling', length: 10, lengthUnits: 's' })).to.equal('10 s window');
    expect(label('window', { mode: 'sliding', length: 5, lengthUnits: 'min', slide: 1, slideUnits: 's' }))
      .to.equal('last 5 min, every 1 s');
    expect(label('reduceByKey', { aggregates: [{ as: 'mean' }, { as: 'n' }] })).to.equal('mean, n by key');
    expect(label('state', {})).to.equal('state');
    expect(label('join', {})).to.equal('inner join');
    expect(label('join', { mode: 'cogroup' })).to.equal('cogroup');
    expect(label('checkpoint', {})).to.equal('checkpoint');
    expect(label('statistics', {})).to.equal('statistics');
    expect(label('sink', {})).to.equal('sink');
    expect(label('sink', { target: 'mqtt', topic: 'means/{key}' })).to.equal('means/{key}');
    expect(label('sink', { target: 'http', url: 'https://user:word@example.org:8443/in?token=secret' })).to.equal('example.org:8443');
    expect(label('sink', { target: 'file', fileName: 'averages', topic: 'means' })).to.equal('averages');
    expect(label('sink', { target: 'flow', topic: 'means', url: 'http://example.org' })).to.equal('sink');
    expect(label('engine', { isolation: 'inline' })).to.equal('engine inside Node-RED');
  });

  it('asks for broker and topic only when the source is MQTT', () => {
    for (const source of ['wire', 'simulated']) {
      expect(validate('receiver', 'validateBroker', { source }, '')).to.equal(true);
      expect(validate('receiver', 'validateTopic', { source }, '')).to.equal(true);
    }
    expect(validate('receiver', 'validateBroker', { source: 'mqtt' }, '')).to.match(/Choose an MQTT broker/);
    expect(validate('receiver', 'validateBroker', { source: 'mqtt' }, '_ADD_')).to.match(/Choose an MQTT broker/);
    expect(validate('receiver', 'validateBroker', { source: 'mqtt' }, 'id')).to.equal(true);
    expect(validate('receiver', 'validateTopic', { source: 'mqtt' }, 'a/#/b')).to.match(/MQTT topic filter/);
    expect(validate('receiver', 'validateTopic', { source: 'mqtt' }, 'a/+/b')).to.equal(true);
  });

  it('asks a sink for server, topic and address only where it sends to one', () => {
    const [mqtt, http] = [{ target: 'mqtt', mode: 'record' }, { target: 'http' }];
    for (const name of ['validateBroker', 'validateTopic', 'validateUrl', 'validateHeader', 'validateTimeout']) {
      expect(validate('sink', name, { target: 'flow' }, '+'), name).to.equal(true);
    }
    expect(validate('sink', 'validateBroker', mqtt, '')).to.match(/Choose an MQTT server/);
    expect(validate('sink', 'validateTopic', mqtt, '')).to.equal(true);
    expect(validate('sink', 'validateTopic', mqtt, 'a/+')).to.match(/one topic/);
    for (const topic of ['', 'a/{key}']) expect(validate('sink', 'validateTopic', { ...mqtt, mode: 'batch' }, topic)).to.match(/many records/);
    expect(validate('sink', 'validateTopic', { ...mqtt, mode: 'batch' }, 'all')).to.equal(true);
    for (const url of ['', 'example.org', 'ftp://example.org']) expect(validate('sink', 'validateUrl', http, url)).to.match(/http/);
    for (const url of ['http://example.org', 'https://[::1]:1880/a', '${SERVER}/in']) expect(validate('sink', 'validateUrl', http, url)).to.equal(true);
    expect(validate('sink', 'validateHeader', http, 'X Key')).to.match(/letters/);
    expect(validate('sink', 'validateHeader', http, 'X-Api-Key')).to.equal(true);
    for (const timeout of ['', '0', '601']) expect(validate('sink', 'validateTimeout', http, timeout)).to.match(/0\.1 to 600/);
    expect(validate('sink', 'validateTimeout', http, '0.5')).to.equal(true);
    const csv = { target: 'file', fileFormat: 'csv' };
    for (const name of ['', 'averages', 'Mittelwerte 1.2', '${FILES}']) expect(validate('sink', 'validateFileName', csv, name), name).to.equal(true);
    for (const name of ['../a', 'a/b', 'a\\b', '.hidden', 'a:b', 'nul', 'x.', 'x'.repeat(101)]) {
      expect(validate('sink', 'validateFileName', csv, name), name).to.match(/letters/);
    }
    expect(validate('sink', 'validateColumns', csv, 'a, b,')).to.equal(true);
    expect(validate('sink', 'validateColumns', csv, 'a, a')).to.match(/once/);
    expect(validate('sink', 'validateColumns', { ...csv, fileFormat: 'json' }, 'a, a')).to.equal(true);
  });

  it('checks the key by its type', () => {
    expect(validate('receiver', 'validateKey', { keyType: 'topic' }, '')).to.equal(true);
    expect(validate('receiver', 'validateKey', { keyType: 'level' }, '0')).to.match(/whole number/);
    expect(validate('receiver', 'validateKey', { keyType: 'level' }, '-1')).to.equal(true);
    expect(validate('receiver', 'validateKey', { keyType: 'msg' }, 'payload id')).to.match(/payload\.id/);
    expect(validate('reduceByKey', 'validateKey', { keyType: 'key' }, '')).to.equal(true);
    expect(validate('reduceByKey', 'validateKey', { keyType: 'msg' }, '')).to.match(/property/);
    expect(validate('reduceByKey', 'validateKey', { keyType: 'jsonata' }, ' ')).to.match(/JSONata/);
  });

  it('checks simulated sensors only when they are chosen', () => {
    const simulated = { source: 'simulated' };
    expect(validate('receiver', 'validateSensors', simulated, '0')).to.match(/at least 1/);
    expect(validate('receiver', 'validateRate', simulated, '0')).to.match(/above 0/);
    expect(validate('receiver', 'validateSeed', simulated, '1.5')).to.match(/whole/);
    expect(validate('receiver', 'validateSeed', simulated, '-3')).to.equal(true);
    expect(validate('receiver', 'validateRate', { source: 'wire' }, '')).to.equal(true);
  });

  it('checks endpoint, port and folder only where they are chosen', () => {
    const validators = ['validateHttpPath', 'validateBodyLimit', 'validateHost', 'validatePort', 'validateFolder'];
    for (const validator of validators) expect(validate('receiver', validator, { source: 'wire' }, ''), validator).to.equal(true);
    const http = { source: 'http' };
    expect(validate('receiver', 'validateHttpPath', http, ' / ')).to.match(/needs a path/);
    for (const path of ['a b', 'a//b', '../a', 'a?b', ':id', 'x'.repeat(201)]) {
      expect(validate('receiver', 'validateHttpPath', http, path), path).to.match(/single slashes/);
    }
    for (const path of ['sensors', '/house/sensors/', 'a.b-c_d~1', '${PATH_OF_THIS_ONE}']) {
      expect(validate('receiver', 'validateHttpPath', http, path), path).to.equal(true);
    }
    for (const limit of ['', '0', '1.5', '16385']) expect(validate('receiver', 'validateBodyLimit', http, limit), limit).to.match(/16384/);
    expect(validate('receiver', 'validateBodyLimit', http, '16384')).to.equal(true);
    const tcp = { source: 'tcp' };
    expect(validate('receiver', 'validateHost', tcp, ' ')).to.match(/127\.0\.0\.1/);
    for (const port of ['', '0', '65536', 'http']) expect(validate('receiver', 'validatePort', tcp, port), port).to.match(/65535/);
    expect(validate('receiver', 'validatePort', tcp, '9999')).to.equal(true);
    const folder = { source: 'folder' };
    expect(validate('receiver', 'validateFolder', folder, '')).to.match(/folder to watch/);
    expect(validate('receiver', 'validateFolder', folder, 'incoming')).to.equal(true);
    for (const pattern of ['a/*.csv', '.*']) expect(validate('receiver', 'validatePattern', folder, pattern), pattern).to.match(/file names/);
    expect(validate('receiver', 'validatePattern', folder, '{a,b}*.csv')).to.equal(true);
  });

  it('checks the limits of the batcher', () => {
    expect(validate('batcher', 'validateInterval', { intervalUnits: 's' }, '0')).to.match(/above 0/);
    expect(validate('batcher', 'validateInterval', { intervalUnits: 'ms' }, '0.5')).to.match(/whole number of milliseconds/);
    expect(validate('batcher', 'validateInterval', { intervalUnits: 's' }, '0.5')).to.equal(true);
    expect(validate('batcher', 'validateBufferLimit', {}, '')).to.match(/at least 1/);
    expect(validate('batcher', 'validateMaxRate', {}, '')).to.equal(true);
    expect(validate('batcher', 'validateMaxRate', {}, '-1')).to.match(/above 0/);
  });

  it('wants window lengths above zero, and leaves multiples of the batch interval to the runtime', () => {
    const sliding = { mode: 'sliding', lengthUnits: 's', slideUnits: 's' };
    expect(validate('window', 'validateLength', sliding, '2.5')).to.equal(true);
    expect(validate('window', 'validateLength', sliding, '0')).to.match(/above 0/);
    expect(validate('window', 'validateSlide', sliding, '-1')).to.match(/above 0/);
    expect(validate('window', 'validateSlide', { ...sliding, mode: 'tumbling' }, '-1')).to.equal(true);
  });

  it('checks the function, the time-out and the limit of a state node', () => {
    const check = (name: string, value: unknown, node = {}): unknown => validate('state', name, node, value);
    expect(check('validateFunc', ' ')).to.match(/empty/);
    expect(check('validateFunc', 'values.length', { mode: 'update', emit: 'all' })).to.match(/never returns/);
    expect(check('validateFunc', 'state.update(1)', { mode: 'record', emit: 'changed' })).to.match(/never returns/);
    expect(check('validateFunc', 'state.update(1)', { mode: 'record', emit: 'all' })).to.equal(true);
    for (const value of ['', '0', 0, '5', '0.5']) expect(check('validateTimeout', value, { timeoutUnits: 's' })).to.equal(true);
    for (const value of ['-1', 'x', '0.0001']) expect(check('validateTimeout', value, { timeoutUnits: 's' })).to.match(/at least 1 ms/);
    expect(check('validateKeyLimit', '0')).to.match(/at least 1/);
    expect(check('validateKey', '', { keyType: 'msg' })).to.match(/property/);
    expect(check('validateKey', '', { keyType: 'key' })).to.equal(true);
  });

  it('says which outputs of reduceByKey are wrong', () => {
    const mean = { aggregate: 'mean', of: 'payload', ofType: 'msg', as: 'mean' };
    expect(validate('reduceByKey', 'validateAggregates', {}, [mean])).to.equal(true);
    expect(validate('reduceByKey', 'validateAggregates', {}, [])).to.have.length(1);
    expect(validate('reduceByKey', 'validateAggregates', {}, [mean, mean])).to.deep.equal([
      'Outputs 1 and 2 have the same name. Give one of them another.',
    ]);
    expect(validate('reduceByKey', 'validateAggregates', {}, [{ ...mean, as: '<b>' }, { ...mean, aggregate: '<i>', as: 'key' }]))
      .to.satisfy((messages: string[]) => messages.length === 2 && messages.every((message) => !message.includes('<')));
  });

  it('explains what the numbers and functions of reduceByKey must be', () => {
    const row = { aggregate: 'topK', of: 'payload', ofType: 'msg', as: 'x', parameter: '0' };
    const messages = (change: object): unknown => validate('reduceByKey', 'validateAggregates', {}, [{ ...row, ...change }]);
    expect(messages({})).to.deep.equal(['Output 1 needs a whole number from 1 to 10000.']);
    expect(messages({ aggregate: 'percentile', parameter: 'x' })).to.deep.equal(['Output 1 needs a number from 0 to 100.']);
    expect(messages({ aggregate: 'reduce' })).to.deep.equal(['Output 1 needs a function that combines two values, for example: return a + b;']);
    expect(messages({ aggregate: 'reduce', reduce: 'a', inverse: 'b' })).to.have.length(2);
    expect(messages({ aggregate: 'reduce', reduce: 'return a;' })).to.equal(true);
  });

  it('wants a limit of keys of at least one, and takes an old node without one', () => {
    for (const value of ['', '0', '1.5', 'many']) expect(validate('reduceByKey', 'validateKeyLimit', {}, value)).to.match(/at least 1/);
    for (const value of [undefined, '1', 1_000_000]) expect(validate('reduceByKey', 'validateKeyLimit', {}, value)).to.equal(true);
  });

  it('checks durations and limits of a checkpoint', () => {
    const check = (name: string, value: unknown, node = {}): unknown => validate('checkpoint', name, node, value);
    for (const value of ['', '0', '-1', 'x', '0.5']) expect(check('validateInterval', value, { intervalUnits: 'ms' }), value).to.match(/above 0/);
    expect(check('validateInterval', '0.5', { intervalUnits: 's' })).to.equal(true);
    expect(check('validateSyncInterval', '', { sync: 'group' })).to.equal(true);
    expect(check('validateSyncInterval', '', { sync: 'timer', syncIntervalUnits: 's' })).to.match(/timer/);
    for (const value of ['', '0', '1.5', 'much']) expect(check('validateLogLimit', value), value).to.match(/at least 1/);
    expect(check('validateLogLimit', '1024')).to.equal(true);
    for (const value of ['', '0', '-1']) expect(check('validateRetention', value), value).to.match(/above 0/);
    expect(check('validateRetention', '0.5')).to.equal(true);
  });

  it('wants code that returns', () => {
    expect(validate('map', 'validateFunc', { lang: 'javascript' }, ' ')).to.match(/empty/);
    expect(validate('map', 'validateFunc', { lang: 'javascript' }, 'msg.payload')).to.match(/never returns/);
    expect(validate('map', 'validateFunc', { lang: 'javascript' }, 'return msg;')).to.equal(true);
    expect(validate('map', 'validateFunc', { lang: 'jsonata' }, 'payload')).to.equal(true);
  });

  it('checks the memory of an engine with a thread', () => {
    expect(validate('engine', 'validateHeapLimit', { isolation: 'thread' }, '')).to.equal(true);
    expect(validate('engine', 'validateHeapLimit', { isolation: 'thread' }, '8')).to.match(/at least 16/);
    expect(validate('engine', 'validateHeapLimit', { isolation: 'thread' }, '256')).to.equal(true);
    expect(validate('engine', 'validateHeapLimit', { isolation: 'inline' }, 'x')).to.equal(true);
  });
});
