import { isFileName } from './fileNames';
import { JsonError, JsonReader } from './JsonReader';
import { AGGREGATE_NAMES, AGGREGATE_PARAMETERS, keepsTo, type ParameterRule, parameterText, RESERVED_OUTPUT_NAMES } from './names';
import type {
  AggregateParameters,
  BackpressureParameters,
  CheckpointOperator,
  Code,
  Input,
  JoinOperator,
  KeySource,
  LogSync,
  Operator,
  OperatorType,
  Plan,
  ReceiverOperator,
  ReduceByKeyOperator,
  SinkTarget,
  SourceParameters,
  StateOperator,
  ValueSource,
} from './Plan';

/** The most operators that a plan may have; a drawing has a few dozen. */
const MOST_OPERATORS = 10_000;

/**
 * Checks a plan that comes from outside, a file for example, and returns a clean copy of it: structure, types, ranges,
 * unique ids, every input before its user, windows in whole batches.
 * @param json what `JSON.parse` returned
 * @throws JsonError with the place, the value and what is allowed there
 */
export function validatePlan(json: unknown): Plan {
  const plan = new JsonReader(json, 'plan').members(['version', 'graph', 'batchInterval', 'operators']);
  const batchInterval = plan.batchInterval.integer(1);
  const items = plan.operators.items();
  if (items.length === 0 || items.length > MOST_OPERATORS) plan.operators.fail(`an array of 1 to ${String(MOST_OPERATORS)}`);
  const known = new Set<string>();
  const operators = items.map((item) => readOperator(item, batchInterval, known));
  return { version: plan.version.oneOf([1] as const), graph: plan.graph.name(), batchInterval, operators };
}

function readOperator(reader: JsonReader, batchInterval: number, known: Set<string>): Operator {
  const { id, type, inputs, parameters } = reader.members(['id', 'type', 'inputs', 'parameters']);
  const head = { id: id.name(), inputs: inputs.items().map((input) => readInput(input, known)) };
  if (known.has(head.id)) {
    throw new JsonError(`${id.path}: two operators have the id ${JSON.stringify(head.id)}; ids must be unique.`);
  }
  const kind: OperatorType = type.oneOf(['receiver', 'batcher', 'map', 'window', 'reduceByKey', 'state', 'join', 'checkpoint', 'sink'] as const);
  if (kind === 'receiver' && head.inputs.length > 0) inputs.fail('empty, because a receiver begins a graph');
  if (kind !== 'receiver' && head.inputs.length === 0) inputs.fail('an array of at least one input');
  known.add(head.id);
  switch (kind) {
    case 'receiver':
      return { ...head, type: kind, parameters: readReceiver(parameters) };
    case 'batcher':
      parameters.members([]);
      return { ...head, type: kind, parameters: {} };
    case 'map': {
      const { mode, code } = parameters.members(['mode', 'code']);
      return {
        ...head,
        type: kind,
        parameters: { mode: mode.oneOf(['map', 'flatMap', 'filter', 'keyBy', 'batch'] as const), code: readCode(code) },
      };
    }
    case 'window': {
      const { length, slide } = parameters.members(['length', 'slide']);
      return {
        ...head,
        type: kind,
        parameters: { length: readDuration(length, batchInterval), slide: readDuration(slide, batchInterval) },
      };
    }
    case 'reduceByKey':
      return { ...head, type: kind, parameters: readReduceByKey(parameters) };
    case 'state':
      return { ...head, type: kind, parameters: readState(parameters) };
    case 'join':
      return { ...head, type: kind, parameters: readJoin(parameters, head.inputs) };
    case 'checkpoint':
      return { ...head, type: kind, parameters: readCheckpoint(parameters) };
    case 'sink': {
      const names = ['target', 'mode', 'emptyBatches'] as const;
      const { target, mode, emptyBatches } = parameters.members(parameters.has('pin') ? [...names, 'pin'] : names);
      return {
        ...head,
        type: kind,
        parameters: {
          target: readSinkTarget(target),
          mode: mode.oneOf(['batch', 'record', 'key'] as const),
          emptyBatches: emptyBatches.boolean(),
          ...(parameters.has('pin') ? { pin: parameters.member('pin').boolean() } : {}),
        },
      };
    }
  }
}

function readInput(reader: JsonReader, known: ReadonlySet<string>): Input {
  const { id, port } = reader.members(['id', 'port']);
  const name = id.name();
  if (!known.has(name)) {
    throw new JsonError(
      `${id.path}: ${JSON.stringify(name)} is not an operator above this one; list every operator after its inputs.`,
    );
  }
  return { id: name, port: port.integer(0, 1000) };
}

function readDuration(reader: JsonReader, batchInterval: number): number {
  const duration = reader.integer(1);
  if (duration % batchInterval !== 0) reader.fail(`a multiple of the batch interval ${String(batchInterval)} ms`);
  return duration;
}

const RECEIVER = ['source', 'format', 'key', 'bufferLimit', 'maxRate', 'backpressure'] as const;

function readReceiver(reader: JsonReader): ReceiverOperator['parameters'] {
  const { source, format, key, bufferLimit, maxRate, backpressure } = reader.members(RECEIVER);
  return {
    source: readSource(source),
    format: format.oneOf(['auto', 'json', 'text', 'buffer'] as const),
    key: readKeySource(key),
    bufferLimit: bufferLimit.integer(1),
    maxRate: maxRate.value === null ? null : maxRate.positive(),
    backpressure: backpressure.value === null ? null : readBackpressure(backpressure),
  };
}

function readBackpressure(reader: JsonReader): BackpressureParameters {
  const { initialRate, minRate } = reader.members(['initialRate', 'minRate']);
  return { initialRate: initialRate.value === null ? null : initialRate.positive(), minRate: minRate.positive() };
}

function readSource(reader: JsonReader): SourceParameters {
  const kind = reader.member('kind').oneOf(['wire', 'mqtt', 'simulated', 'folder', 'tcp', 'http'] as const);
  switch (kind) {
    case 'wire':
      reader.members(['kind']);
      return { kind };
    case 'mqtt': {
      const { connection, topic, qos } = reader.members(['kind', 'connection', 'topic', 'qos']);
      return { kind, connection: connection.name(), topic: topic.name(), qos: qos.oneOf([0, 1, 2] as const) };
    }
    case 'simulated': {
      const { sensors, rate, seed } = reader.members(['kind', 'sensors', 'rate', 'seed']);
      return { kind, sensors: sensors.integer(1), rate: rate.positive(), seed: seed.integer(Number.MIN_SAFE_INTEGER) };
    }
    case 'folder': {
      const { path, pattern, split, existing } = reader.members(['kind', 'path', 'pattern', 'split', 'existing']);
      return {
        kind,
        path: path.name(),
        pattern: pattern.name(),
        split: split.oneOf(['lines', 'whole'] as const),
        existing: existing.boolean(),
      };
    }
    case 'tcp': {
      const { role, host, port } = reader.members(['kind', 'role', 'host', 'port']);
      return { kind, role: role.oneOf(['connect', 'listen'] as const), host: host.name(), port: port.integer(1, 65_535) };
    }
    case 'http': {
      const { path, bodyLimit } = reader.members(['kind', 'path', 'bodyLimit']);
      return { kind, path: path.name(), bodyLimit: bodyLimit.integer(1) };
    }
  }
}

function readCheckpoint(reader: JsonReader): CheckpointOperator['parameters'] {
  const { path, interval, sync, logLimit, retention } = reader.members(['path', 'interval', 'sync', 'logLimit', 'retention']);
  return {
    path: path.name(),
    interval: interval.integer(1),
    sync: readSync(sync),
    logLimit: logLimit.integer(1),
    retention: retention.integer(0),
  };
}

function readSync(reader: JsonReader): LogSync {
  const kind = reader.member('kind').oneOf(['group', 'each', 'timer'] as const);
  if (kind === 'timer') return { kind, interval: reader.members(['kind', 'interval']).interval.integer(1) };
  reader.members(['kind']);
  return { kind };
}

function readSinkTarget(reader: JsonReader): SinkTarget {
  const kind = reader.member('kind').oneOf(['flow', 'mqtt', 'http', 'file'] as const);
  switch (kind) {
    case 'flow':
      reader.members(['kind']);
      return { kind };
    case 'mqtt': {
      const { connection, topic, qos, retain } = reader.members(['kind', 'connection', 'topic', 'qos', 'retain']);
      return {
        kind,
        connection: connection.name(),
        topic: topic.string(),
        qos: qos.oneOf([0, 1] as const),
        retain: retain.boolean(),
      };
    }
    case 'http': {
      const { connection, timeout } = reader.members(['kind', 'connection', 'timeout']);
      return { kind, connection: connection.name(), timeout: timeout.integer(1, 600_000) };
    }
    case 'file': {
      const { path, name, format, roll, columns } = reader.members(['kind', 'path', 'name', 'format', 'roll', 'columns']);
      return {
        kind,
        path: path.name(),
        name: isFileName(name.string()) ? name.string() : name.fail('a plain name for files, without separators'),
        format: format.oneOf(['json', 'text', 'csv'] as const),
        roll: roll.oneOf(['batch', 'hour', 'day'] as const),
        columns: columns.items().map((column) => column.name()),
      };
    }
  }
}

function readKeySource(reader: JsonReader): KeySource {
  const from = reader.member('from').oneOf(['topic', 'level', 'property'] as const);
  switch (from) {
    case 'topic':
      reader.members(['from']);
      return { from };
    case 'level': {
      const level = reader.members(['from', 'level']).level;
      const value = level.integer(-65_535, 65_535);
      return value === 0 ? level.fail('a whole number other than 0') : { from, level: value };
    }
    case 'property':
      return { from, property: reader.members(['from', 'property']).property.name() };
  }
}

function readCode(reader: JsonReader): Code {
  const { lang, source } = reader.members(['lang', 'source']);
  return { lang: lang.oneOf(['javascript', 'jsonata'] as const), source: source.string() };
}

function readValueSource(reader: JsonReader): ValueSource {
  const from = reader.member('from').oneOf(['key', 'property', 'code'] as const);
  switch (from) {
    case 'key':
      reader.members(['from']);
      return { from };
    case 'property':
      return { from, property: reader.members(['from', 'property']).property.name() };
    case 'code':
      return { from, code: readCode(reader.members(['from', 'code']).code) };
  }
}

function readReduceByKey(reader: JsonReader): ReduceByKeyOperator['parameters'] {
  const { key, aggregates, emit, emitLeaving, keyLimit } = reader.members(['key', 'aggregates', 'emit', 'emitLeaving', 'keyLimit']);
  const names = new Set<string>();
  const outputs = aggregates.items().map((item) => readAggregate(item, names));
  if (outputs.length === 0) aggregates.fail('an array of at least one aggregate');
  return {
    key: readValueSource(key),
    aggregates: outputs,
    emit: emit.oneOf(['all', 'changed'] as const),
    emitLeaving: emitLeaving.boolean(),
    keyLimit: keyLimit.integer(1),
  };
}

function readState(reader: JsonReader): StateOperator['parameters'] {
  const { key, mode, code, timeout, emit, keyLimit } = reader.members(['key', 'mode', 'code', 'timeout', 'emit', 'keyLimit']);
  const { lang, source } = readCode(code);
  if (lang !== 'javascript') code.member('lang').fail('javascript, because state is kept in step with its batch');
  return {
    key: readValueSource(key),
    mode: mode.oneOf(['update', 'record'] as const),
    code: { lang, source },
    timeout: timeout.value === null ? null : timeout.integer(1),
    emit: emit.oneOf(['changed', 'all'] as const),
    keyLimit: keyLimit.integer(1),
  };
}

function readJoin(reader: JsonReader, inputs: readonly Input[]): JoinOperator['parameters'] {
  const { mode, left } = reader.members(['mode', 'left']);
  const ids = new Set(inputs.map(({ id }) => id));
  const name = left.name();
  if (!ids.has(name)) left.fail(`one of the join's inputs (${[...ids].join(', ')})`);
  if (ids.size < 2) left.fail('one of two inputs or more');
  return { mode: mode.oneOf(['inner', 'left', 'right', 'full', 'cogroup', 'union'] as const), left: name };
}

function readAggregate(reader: JsonReader, names: Set<string>): AggregateParameters {
  const kind = reader.member('aggregate').oneOf(AGGREGATE_NAMES);
  const rule = AGGREGATE_PARAMETERS.get(kind);
  const more: Pick<AggregateParameters, 'parameter' | 'reduce' | 'inverse'> = {
    // Left out, it is the usual one.
    ...(rule === undefined || !reader.has('parameter') ? {} : { parameter: readParameter(reader.member('parameter'), rule) }),
    ...(kind !== 'reduce' ? {} : { reduce: readCombining(reader.member('reduce')) }),
    ...(kind !== 'reduce' || !reader.has('inverse') ? {} : { inverse: readCombining(reader.member('inverse')) }),
  };
  const { of, as } = reader.members(['aggregate', 'of', 'as', ...(Object.keys(more) as (keyof typeof more)[])]);
  const name = as.name();
  if (RESERVED_OUTPUT_NAMES.includes(name)) as.fail(`none of ${RESERVED_OUTPUT_NAMES.join(', ')}, which are taken`);
  if (names.has(name)) as.fail('a name that no other output has');
  names.add(name);
  return { aggregate: kind, of: readValueSource(of), as: name, ...more };
}

function readParameter(reader: JsonReader, rule: ParameterRule): number {
  const value = reader.value;
  return typeof value === 'number' && keepsTo(rule, value) ? value : reader.fail(parameterText(rule));
}

/** The user's own function of two values; only JavaScript gives its value at once. */
function readCombining(reader: JsonReader): Code {
  const { lang, source } = reader.members(['lang', 'source']);
  return { lang: lang.oneOf(['javascript'] as const), source: source.name() };
}
