import { driftOf } from './drift';
import type { CheckpointOperator, Code, Operator, Plan, ReceiverOperator, SinkOperator, ValueSource } from './Plan';

/** How often what a record brings about may be seen at the far end, whatever crashes. Weakest first. */
export const GUARANTEE_LEVELS = ['at most once', 'at least once', 'exactly once'] as const;

export type GuaranteeLevel = (typeof GUARANTEE_LEVELS)[number];

/** What one operator does to the guarantee of a sink. */
export interface GuaranteeReason {
  /** The id of the operator. */
  readonly operator: string;
  readonly text: string;
}

/** What a sink promises of the records that come to it. */
export interface Guarantee {
  /**
   * The weakest of all that lies between the senders and the sink's target. `at most once`: records can be lost in a crash.
   * `at least once`: none is lost, some may come twice after one. `exactly once`: neither.
   */
  readonly level: GuaranteeLevel;
  /** Whether it ends where the message leaves the sink on a wire: nothing is known of what the nodes behind it do. */
  readonly toWire: boolean;
  /** Why it is not more, the weakest first; where nothing is missing, why it is that much. */
  readonly reasons: readonly GuaranteeReason[];
  /** What it depends on outside of the graph, for a person. */
  readonly conditions: readonly string[];
}

interface Stage extends GuaranteeReason {
  readonly level: GuaranteeLevel;
  readonly conditions?: readonly string[];
}

/** The guarantee of each sink of a plan, by the sink's id. */
export function guaranteesOf(plan: Plan): ReadonlyMap<string, Guarantee> {
  const checkpoint = plan.operators.find((operator) => operator.type === 'checkpoint');
  const guarantees = new Map<string, Guarantee>();
  for (const operator of plan.operators) {
    if (operator.type === 'sink') guarantees.set(operator.id, guaranteeOf(operator, above(operator, plan), checkpoint));
  }
  return guarantees;
}

/** A guarantee in a few words, as nodes show it. */
export function guaranteeText({ level, toWire }: Guarantee): string {
  return toWire && level !== 'at most once' ? `${level} to the wire` : level;
}

function guaranteeOf(sink: SinkOperator, operators: readonly Operator[], checkpoint: CheckpointOperator | undefined): Guarantee {
  const stages = [
    ...(checkpoint === undefined ? [withoutCheckpoint(sink)] : []),
    ...operators.flatMap((operator) => (operator.type === 'receiver' ? [sourceStage(operator)] : [])),
    ...(checkpoint === undefined || sink.parameters.pin === true ? [] : operators.flatMap(driftStage)),
    SINKS[sink.parameters.target.kind](sink),
  ];
  const level = GUARANTEE_LEVELS.find((one) => stages.some((stage) => stage.level === one)) ?? 'exactly once';
  const telling =
    checkpoint === undefined
      ? stages.filter((stage) => stage.level === 'at most once')
      : stages.filter((stage) => level === 'exactly once' || stage.level !== 'exactly once');
  const weakestFirst = GUARANTEE_LEVELS.flatMap((one) => telling.filter((stage) => stage.level === one));
  return {
    level,
    toWire: sink.parameters.target.kind === 'flow',
    reasons: weakestFirst.map(({ operator, text }) => ({ operator, text })),
    conditions:
      checkpoint === undefined ? [] : [...new Set([...syncConditions(checkpoint), ...stages.flatMap(({ conditions = [] }) => conditions)])],
  };
}

/** Everything that a sink's records come through, in the order of the plan. */
function above(sink: SinkOperator, { operators }: Plan): Operator[] {
  const wanted = new Set(sink.inputs.map(({ id }) => id));
  const found: Operator[] = [];
  // Every operator stands after all its inputs.
  for (const operator of operators.toReversed()) {
    if (!wanted.has(operator.id)) continue;
    found.unshift(operator);
    for (const { id } of operator.inputs) wanted.add(id);
  }
  return found;
}

function withoutCheckpoint({ id }: SinkOperator): Stage {
  return {
    operator: id,
    level: 'at most once',
    text:
      'The graph has no checkpoint node: its records and windows are in memory, and a crash or a restart of Node-RED loses them. ' +
      'Put a checkpoint node anywhere into the graph.',
  };
}

/** A crash of Node-RED alone takes nothing with it in any policy: what was written is with the operating system. */
function syncConditions({ parameters: { sync } }: CheckpointOperator): string[] {
  if (sync.kind !== 'timer') return [];
  return [
    `A power cut may take the last ${String(sync.interval)} ms of what was acknowledged, because the checkpoint node makes the log ` +
      'safe by the timer. Choose another policy there to wait for the disk.',
  ];
}

const BROKER =
  'The broker keeps the session of the receiver, and what it sends, while Node-RED is away: its limits for queues and for the life of ' +
  'sessions are large enough, and it keeps its data on disk if it may crash itself.';

function sourceStage({ id, parameters: { source } }: ReceiverOperator): Stage {
  switch (source.kind) {
    case 'wire':
      return {
        operator: id,
        level: 'at most once',
        text:
          'A wire brings no message again. From the moment at which a Complete node hears of a message it is safe; a crash before that ' +
          'loses it. Choose MQTT, HTTP or files in the receiver to have messages sent again.',
      };
    case 'mqtt':
      return mqttStage(id, source.qos);
    case 'http':
      return {
        operator: id,
        level: 'at least once',
        text: 'A request is answered with 202 when its records are in the log. A client that got no answer sends them again, and they may be there twice.',
        conditions: ['HTTP clients send again what was not answered with 202.'],
      };
    case 'tcp':
      return {
        operator: id,
        level: 'at most once',
        text: 'Lines over TCP have no receipt: what is on its way during a crash or an outage is lost.',
      };
    case 'folder':
      return {
        operator: id,
        level: 'exactly once',
        text: 'How far each file was read is in the log together with what was read, so that reading goes on there.',
        conditions: ['Files stay in their folder until they have been read, and what has been read of them does not change.'],
      };
    case 'simulated':
      return {
        operator: id,
        level: 'exactly once',
        text: 'Simulated records exist from the moment at which they are in the log.',
      };
  }
}

function mqttStage(operator: string, qos: 0 | 1 | 2): Stage {
  switch (qos) {
    case 0:
      return {
        operator,
        level: 'at most once',
        text: 'At quality of service 0 nobody sends an MQTT message again. Choose 1 or 2 in the receiver.',
      };
    case 1:
      return {
        operator,
        level: 'at least once',
        text:
          'At quality of service 1 a message is acknowledged when it is in the log. The broker sends those again whose acknowledgement ' +
          'was on its way during a crash or an outage, and they are there twice. Quality of service 2 prevents that.',
        conditions: [BROKER, 'Senders publish at quality of service 1 or 2: a message travels at the lower one of sender and receiver.'],
      };
    case 2:
      return {
        operator,
        level: 'exactly once',
        text: 'At quality of service 2 the id of a message is in the log with it, until the broker has let go of the id.',
        conditions: [BROKER, 'Senders publish at quality of service 2: a message travels at the lower one of sender and receiver.'],
      };
  }
}

/** What runs again after a crash must give the same again, else the two runs have different results. */
function driftStage(operator: Operator): Stage[] {
  const drift = codesOf(operator).map(driftOf).find((found) => found !== undefined);
  if (drift === undefined) return [];
  return [
    {
      operator: operator.id,
      level: 'at least once',
      text:
        `A function here uses ${drift}, so a batch that runs again after a crash may have other results than those that were seen ` +
        'already. Use ctx.batchTime and ctx.random() instead, or let the sink keep what a batch gave (pin).',
    },
  ];
}

function codesOf(operator: Operator): Code[] {
  switch (operator.type) {
    case 'map':
      return [operator.parameters.code];
    case 'state':
      return [...codeIn(operator.parameters.key), operator.parameters.code];
    case 'reduceByKey':
      return [
        ...codeIn(operator.parameters.key),
        ...operator.parameters.aggregates.flatMap(({ of, reduce, inverse }) => [
          ...codeIn(of),
          ...(reduce === undefined ? [] : [reduce]),
          ...(inverse === undefined ? [] : [inverse]),
        ]),
      ];
    default:
      return [];
  }
}

function codeIn(value: ValueSource): Code[] {
  return value.from === 'code' ? [value.code] : [];
}

/** By the kind of the target. */
const SINKS: Readonly<Record<SinkOperator['parameters']['target']['kind'], (sink: SinkOperator) => Stage>> = {
  flow: ({ id }) => ({
    operator: id,
    level: 'at least once',
    text:
      'Messages leave the sink before their batch is over; a crash in between has them sent again. What the nodes behind the wire do with ' +
      'a message, or lose of it, nobody here can know.',
    conditions: ['Node-RED is not killed in the middle of a deploy: results that wait for its end are lost then.'],
  }),
  mqtt: ({ id, parameters: { target } }) =>
    target.kind === 'mqtt' && target.qos === 0
      ? {
          operator: id,
          level: 'at most once',
          text: 'At quality of service 0 no broker says whether it got a message. Choose 1 in the sink.',
        }
      : {
          operator: id,
          level: 'at least once',
          text: 'A message whose acknowledgement was not heard is published again. Over MQTT 5 both carry the same Idempotency-Key.',
        },
  http: ({ id }) => ({
    operator: id,
    level: 'at least once',
    text: 'A request whose answer was not heard is sent again, under the same Idempotency-Key: a server that looks at it sees each once.',
  }),
  file: ({ id }) => ({
    operator: id,
    level: 'exactly once',
    text: 'What a batch wrote counts once the manifest says so; a batch that runs again finds itself there, and anything half written is cut off.',
    conditions: ['The files belong to this sink alone.'],
  }),
};
