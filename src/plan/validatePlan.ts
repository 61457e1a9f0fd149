import { JsonError, JsonReader } from './JsonReader';
import { AGGREGATE_NAMES, RESERVED_OUTPUT_NAMES } from './names';
import type {
  AggregateParameters,
  Code,
  Input,
  KeySource,
  Operator,
  OperatorType,
  Plan,
  ReceiverOperator,
  ReduceByKeyOperator,
  SourceParameters,
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
  const kind: OperatorType = type.oneOf(['receiver', 'batcher', 'map', 'window', 'reduceByKey', 'sink'] as const);
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
        parameters: { mode: mode.oneOf(['map', 'flatMap', 'filter'] as const), code: readCode(code) },
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
    case 'sink': {
      const { mode, emptyBatches } = parameters.members(['mode', 'emptyBatches']);
      return {
        ...head,
        type: kind,
        parameters: { mode: mode.oneOf(['batch', 'record', 'key'] as const), emptyBatches: emptyBatches.boolean() },
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

function readReceiver(reader: JsonReader): ReceiverOperator['parameters'] {
  const { source, format, key, bufferLimit, maxRate } = reader.members(['source', 'format', 'key', 'bufferLimit', 'maxRate']);
  return {
    source: readSource(source),
    format: format.oneOf(['auto', 'json', 'text', 'buffer'] as const),
    key: readKeySource(key),
    bufferLimit: bufferLimit.integer(1),
    maxRate: maxRate.value === null ? null : maxRate.positive(),
  };
}

function readSource(reader: JsonReader): SourceParameters {
  const kind = reader.member('kind').oneOf(['wire', 'mqtt', 'simulated'] as const);
  switch (kind) {
    case 'wire':
      reader.members(['kind']);
      return { kind };
    case 'mqtt': {
      const { connection, topic, qos } = reader.members(['kind', 'connection', 'topic', 'qos']);
      return { kind, connection: connection.name(), topic: topic.name(), qos: qos.oneOf([0, 1] as const) };
    }
    case 'simulated': {
      const { sensors, rate, seed } = reader.members(['kind', 'sensors', 'rate', 'seed']);
      return { kind, sensors: sensors.integer(1), rate: rate.positive(), seed: seed.integer(Number.MIN_SAFE_INTEGER) };
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

function readAggregate(reader: JsonReader, names: Set<string>): AggregateParameters {
  const { aggregate, of, as } = reader.members(['aggregate', 'of', 'as']);
  const name = as.name();
  if (RESERVED_OUTPUT_NAMES.includes(name)) as.fail(`none of ${RESERVED_OUTPUT_NAMES.join(', ')}, which are taken`);
  if (names.has(name)) as.fail('a name that no other output has');
  names.add(name);
  return { aggregate: aggregate.oneOf(AGGREGATE_NAMES), of: readValueSource(of), as: name };
}
