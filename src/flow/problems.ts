import type { Problem } from '../plan/Problem';

/**
 * Everything that can be wrong with a drawing: one function per code, so that a text is found by its code and the code is
 * found in docs/problems.md. Texts carry the numbers and the way out. Node ids come first, labels are for reading.
 */
export const problems = {
  // How the nodes are wired

  noInput: (nodeId: string, label: string): Problem => ({
    nodeId,
    code: 'no-input',
    what: `${label} has no receiver in front of it`,
    why: 'Records enter a graph at a receiver only.',
    fix: 'Wire a receiver to it, directly or through other stream nodes.',
  }),

  noOutput: (nodeId: string, label: string, deadEnds: readonly string[]): Problem => ({
    nodeId,
    code: 'no-output',
    what: `nothing takes the results of the graph of ${label}`,
    why:
      deadEnds.length === 0
        ? 'A graph without a sink and without an ordinary node on one of its outputs would compute for nobody.'
        : `What its wires lead to is disabled or missing: ${deadEnds.join(', ')}.`,
    fix:
      deadEnds.length === 0
        ? 'Add a sink, or wire a debug node to any stream node.'
        : 'Enable that node, or add a sink or a debug node.',
  }),

  foreignBetween: (nodeId: string, label: string, upstream: string, foreign: string): Problem => ({
    nodeId,
    code: 'foreign-between',
    what: `${foreign} stands between ${upstream} and ${label}`,
    why: 'Records do not travel on wires, so an ordinary node in the middle of a graph never sees them.',
    fix: 'Do its work in a map node, or end the graph in a sink before it and begin another with a receiver after it.',
  }),

  receiverInside: (nodeId: string, label: string, upstream: string): Problem => ({
    nodeId,
    code: 'receiver-inside',
    what: `${label} is wired behind ${upstream}`,
    why: 'A receiver begins a graph and takes ordinary messages; the nodes of a graph do not send any.',
    fix: `Put a sink between the two, or wire ${upstream} to what follows the receiver.`,
  }),

  behindSink: (nodeId: string, label: string, sink: string): Problem => ({
    nodeId,
    code: 'behind-sink',
    what: `${label} is wired behind ${sink}`,
    why: 'A sink ends a graph and gives ordinary messages, which only a receiver takes.',
    fix: 'Put a receiver between the two, or wire the node to what stands in front of the sink.',
  }),

  linkCall: (nodeId: string, label: string, link: string): Problem => ({
    nodeId,
    code: 'link-call',
    what: `${label} is wired to ${link}, which calls or returns`,
    why: 'A call waits for its own message to come back; records cannot.',
    fix: 'Use link out nodes in the mode "send to all connected link nodes", or put a sink in front of the call.',
  }),

  cycle: (path: readonly string[]): Problem => ({
    nodeId: path[0] ?? '',
    code: 'cycle',
    what: `the wires run in a circle: ${[...path, path[0] ?? ''].join(' → ')}`,
    why: 'A batch would wait for its own results.',
    fix: 'Remove one of these wires. To feed results back, wire a sink to the receiver: they come in with a later batch.',
  }),

  // What the nodes of one graph must agree on

  batchIntervalsDiffer: (nodeId: string, interval: number, other: string, otherInterval: number): Problem => ({
    nodeId,
    code: 'batch-intervals-differ',
    what: `the batch interval is ${String(interval)} ms here and ${String(otherInterval)} ms in ${other}`,
    why: 'All nodes of a graph work on the same batches.',
    fix: `Set both to ${String(interval)} ms or both to ${String(otherInterval)} ms, or separate the graphs.`,
  }),

  enginesDiffer: (nodeId: string, other: string): Problem => ({
    nodeId,
    code: 'engines-differ',
    what: `another engine is chosen here than in ${other}`,
    why: 'A graph runs in one place.',
    fix: 'Choose the same engine in all batchers of the graph, or separate the graphs.',
  }),

  engineMissing: (nodeId: string): Problem => ({
    nodeId,
    code: 'engine-missing',
    what: 'the engine that is chosen here is disabled or missing',
    why: 'Where and how the graph is to run is not known.',
    fix: 'Enable the engine node, choose another, or choose none for the default engine.',
  }),

  checkpointTwice: (nodeId: string, label: string, other: string): Problem => ({
    nodeId,
    code: 'checkpoint-twice',
    what: `${label} is a second checkpoint in a graph that has ${other} already`,
    why: 'A checkpoint makes its whole graph recoverable, wherever it stands in it, and a graph keeps its records in one place.',
    fix: 'Delete one of the two, or separate the graphs.',
  }),

  mqttQos2NeedsCheckpoint: (nodeId: string, label: string): Problem => ({
    nodeId,
    code: 'mqtt-qos2-needs-checkpoint',
    what: `${label} subscribes at QoS 2, and its graph has no checkpoint`,
    why: 'At QoS 2 the broker forgets a message as soon as the receiver has it, so without a log on disk a crash would lose it.',
    fix: 'Add a checkpoint node to the graph, or choose QoS 1: then the broker sends again what was not confirmed.',
  }),

  windowNotMultiple: (nodeId: string, which: 'window' | 'slide', duration: number, batchInterval: number): Problem => {
    const below = Math.floor(duration / batchInterval) * batchInterval;
    const nearest = [below, below + batchInterval].filter((value) => value > 0);
    return {
      nodeId,
      code: 'window-not-multiple',
      what: `${which} ${String(duration)} ms is not a multiple of the batch interval ${String(batchInterval)} ms`,
      why: 'A window is made of whole batches.',
      fix: `Use ${nearest.join(' or ')}.`,
    };
  },

  slidesDiffer: (nodeId: string, one: string, slide: number, other: string, otherSlide: number): Problem => ({
    nodeId,
    code: 'slides-differ',
    what: `${one} gives records every ${String(slide)} ms and ${other} every ${String(otherSlide)} ms`,
    why: 'Inputs of one node come together batch by batch, so they must give records at the same times.',
    fix:
      `Let both give records every ${String(Math.max(slide, otherSlide))} ms, by windows with the same slide in front of them, ` +
      'or continue each in a branch of its own. A sink may take both.',
  }),

  joinOneInput: (nodeId: string, label: string, only: string): Problem => ({
    nodeId,
    code: 'join-one-input',
    what: `only one stream is wired into ${label}: ${only}`,
    why: 'A join brings two streams together, a left one and a right one.',
    fix: 'Wire a second stream to its input.',
  }),

  joinLeftMissing: (nodeId: string, left: string, wired: readonly string[]): Problem => ({
    nodeId,
    code: 'join-left-missing',
    what: `the left stream of the join, ${left}, is not wired to it`,
    why: `What is wired to it: ${wired.join(', ')}.`,
    fix: 'Open the join and choose the left stream, or wire that node to its input.',
  }),

  windowBehindWindow: (nodeId: string, which: 'length' | 'slide', duration: number, front: string, slide: number): Problem => {
    const below = Math.floor(duration / slide) * slide;
    const nearest = [below, below + slide].filter((value) => value > 0);
    return {
      nodeId,
      code: 'window-behind-window',
      what: `the ${which} ${String(duration)} ms is not a multiple of the ${String(slide)} ms at which ${front} gives records`,
      why: 'A window behind a window is made of whole results of the first.',
      fix: `Use ${nearest.join(' or ')}, or wire this window in front of the other.`,
    };
  },

  // What a dialog says

  notANumber: (nodeId: string, property: string, value: unknown, expected: string): Problem => ({
    nodeId,
    code: 'not-a-number',
    what: `${property} is ${quoted(value)}`,
    why: `It must be ${expected}.`,
    fix: `Open the node and give ${expected}.`,
  }),

  unknownChoice: (nodeId: string, property: string, value: unknown, choices: readonly string[]): Problem => ({
    nodeId,
    code: 'unknown-choice',
    what: `${property} is ${quoted(value)}`,
    why: `Known are ${choices.join(', ')}.`,
    fix: 'Open the node and choose again. If a newer version made this flow, update the palette.',
  }),

  brokerMissing: (nodeId: string, role: 'receiver' | 'sink' = 'receiver'): Problem => ({
    nodeId,
    code: 'broker-missing',
    what: `there is no MQTT broker to ${role === 'sink' ? 'publish' : 'listen'} to`,
    why: 'None is chosen, or the chosen one is disabled or missing.',
    fix:
      role === 'sink'
        ? 'Open the sink and choose a server, or another target.'
        : 'Open the receiver and choose a server, or choose the source "wire".',
  }),

  brokerInvalid: (nodeId: string, reason: string): Problem => ({
    nodeId,
    code: 'broker-invalid',
    what: 'the chosen MQTT server cannot be used',
    why: reason,
    fix: 'Open the server node of the receiver and correct it.',
  }),

  topicInvalid: (nodeId: string, topic: string, reason: string): Problem => ({
    nodeId,
    code: 'topic-invalid',
    what: `the topic is ${quoted(topic)}`,
    why: reason,
    fix: 'Give a topic such as sensors/+/temperature or sensors/#.',
  }),

  httpPathInvalid: (nodeId: string, path: string, reason: string): Problem => ({
    nodeId,
    code: 'http-path-invalid',
    what: `the path of the endpoint is ${quoted(path)}`,
    why: reason,
    fix: 'Give a path such as sensors or house/sensors.',
  }),

  httpPathTwice: (nodeId: string, path: string, other: string): Problem => ({
    nodeId,
    code: 'http-path-twice',
    what: `${other} has the path ${quoted(path)} too`,
    why: 'A request can go to one of them only.',
    fix: 'Give each a path of its own. In a subflow, let the path be an environment variable such as ${PATH_OF_THIS_ONE}.',
  }),

  httpOff: (nodeId: string): Problem => ({
    nodeId,
    code: 'http-off',
    what: 'flows have no web server here, so there can be no endpoint',
    why: 'httpNodeRoot is false in the settings of Node-RED.',
    fix: 'Set httpNodeRoot to a path such as "/", and restart Node-RED, or choose another source.',
  }),

  folderMissing: (nodeId: string, reason: string): Problem => ({
    nodeId,
    code: 'folder-missing',
    what: 'it is not clear which folder to watch',
    why: reason,
    fix: "Give the path of a folder; one that is not absolute starts in Node-RED's user directory.",
  }),

  patternInvalid: (nodeId: string, pattern: string, reason: string): Problem => ({
    nodeId,
    code: 'pattern-invalid',
    what: `the pattern for the names of files is ${quoted(pattern)}`,
    why: reason,
    fix: 'Give a pattern such as *.csv or {a,b}*.json, or * for all files.',
  }),

  hostMissing: (nodeId: string): Problem => ({
    nodeId,
    code: 'host-missing',
    what: 'there is no host',
    why: 'Without it there is nothing to connect to, and no address to listen at.',
    fix: 'Give a name or an address such as 127.0.0.1. To listen to the whole network, give 0.0.0.0.',
  }),

  sinkTopicInvalid: (nodeId: string, topic: string, reason: string): Problem => ({
    nodeId,
    code: 'sink-topic-invalid',
    what: `the topic to publish to is ${quoted(topic)}`,
    why: reason,
    fix: 'Give a topic such as averages/{key}, or leave it empty for the topic of each record; per batch, one such as averages/all.',
  }),

  sinkUrlInvalid: (nodeId: string, reason: string): Problem => ({
    nodeId,
    code: 'sink-url-invalid',
    what: 'the address to post to cannot be used',
    why: reason,
    fix: 'Give a whole address: http or https, host, port and path.',
  }),

  sinkHeaderInvalid: (nodeId: string, header: string): Problem => ({
    nodeId,
    code: 'sink-header-invalid',
    what: `the name of the header is ${quoted(header)}`,
    why: 'A name is made of letters, digits and hyphens, and those that say how a request is written are set by the sink itself.',
    fix: 'Give a name such as Authorization or X-Api-Key, or leave it empty.',
  }),

  sinkSecretInvalid: (nodeId: string): Problem => ({
    nodeId,
    code: 'sink-secret-invalid',
    what: 'the value of the header cannot be sent',
    why: 'A header holds one line of plain characters.',
    fix: 'Enter the value again; a line break at its end is the usual reason.',
  }),

  sinkFolderInvalid: (nodeId: string, path: string): Problem => ({
    nodeId,
    code: 'sink-folder-invalid',
    what: `the folder to write to is ${quoted(path)}`,
    why: 'No path of a folder can have a character in it that stands for the end of a text.',
    fix: "Give the path of a folder; one that is not absolute starts in Node-RED's user directory.",
  }),

  sinkFileNameInvalid: (nodeId: string, name: string): Problem => ({
    nodeId,
    code: 'sink-file-name-invalid',
    what: `the name of the files is ${quoted(name)}`,
    why: 'It may be made of letters, digits, blanks and . _ -, begins with a letter, a digit or _, and has at most 100 characters.',
    fix: 'Give a name such as averages, without a folder. The folder is given above it; date and ending are added.',
  }),

  sinkFilesTwice: (nodeId: string, name: string, folder: string, other: string): Problem => ({
    nodeId,
    code: 'sink-files-twice',
    what: `${other} writes files named ${quoted(name)} in the folder ${folder} too`,
    why: 'Each would cut off what the other wrote.',
    fix: 'Give each a file name of its own. In a subflow, let it be an environment variable such as ${FILES_OF_THIS_ONE}.',
  }),

  sinkColumnTwice: (nodeId: string, column: string): Problem => ({
    nodeId,
    code: 'sink-column-twice',
    what: `two columns are named ${quoted(column)}`,
    why: 'A column holds one property of the payload.',
    fix: 'Name each property once.',
  }),

  keyLevelInvalid: (nodeId: string, value: unknown): Problem => ({
    nodeId,
    code: 'key-level-invalid',
    what: `the topic level of the key is ${quoted(value)}`,
    why: 'Levels count from 1; a negative number counts from the end, so -1 is the last level.',
    fix: 'Give a whole number other than 0.',
  }),

  expressionMissing: (nodeId: string, property: string): Problem => ({
    nodeId,
    code: 'expression-missing',
    what: `${property} is empty`,
    why: 'Without it there is nothing to take the value from.',
    fix: 'Give a property such as payload.value, or an expression.',
  }),

  codeMissing: (nodeId: string): Problem => ({
    nodeId,
    code: 'code-missing',
    what: 'the function is empty',
    why: 'A function without code returns nothing, so every record would be dropped.',
    fix: 'Write the function; return msg; passes records on unchanged.',
  }),

  noAggregates: (nodeId: string): Problem => ({
    nodeId,
    code: 'no-aggregates',
    what: 'there is no aggregate',
    why: 'Without one there is nothing to compute for a key.',
    fix: 'Add at least one, count for example.',
  }),

  unknownAggregate: (nodeId: string, value: unknown, known: readonly string[]): Problem => ({
    nodeId,
    code: 'unknown-aggregate',
    what: `there is no aggregate ${quoted(value)}`,
    why: `Known are ${known.join(', ')}.`,
    fix: 'Choose one of these. If a newer version made this flow, update the palette.',
  }),

  reduceMissing: (nodeId: string, output: string): Problem => ({
    nodeId,
    code: 'reduce-missing',
    what: `the function that reduces to ${quoted(output)} is empty`,
    why: 'The aggregate reduce combines two values, a and b, by a function of your own.',
    fix: 'Write it in the node, return a + b; for example.',
  }),

  outputNameMissing: (nodeId: string, aggregate: string): Problem => ({
    nodeId,
    code: 'output-name-missing',
    what: `the output of the aggregate ${aggregate} has no name`,
    why: 'The result becomes a property of the payload, and a property needs a name.',
    fix: `Name it, ${aggregate} for example.`,
  }),

  outputNameReserved: (nodeId: string, name: string, reserved: readonly string[]): Problem => ({
    nodeId,
    code: 'output-name-reserved',
    what: `an output is named ${quoted(name)}`,
    why: `These names are taken: ${reserved.join(', ')}.`,
    fix: 'Choose another name for the output.',
  }),

  outputNameTwice: (nodeId: string, name: string): Problem => ({
    nodeId,
    code: 'output-name-twice',
    what: `two outputs are named ${quoted(name)}`,
    why: 'The second result would overwrite the first.',
    fix: 'Give each output a name of its own.',
  }),

  // What happens when it runs

  cannotRun: (nodeId: string, reason: string): Problem => ({
    nodeId,
    code: 'cannot-run',
    what: 'the graph could not be started or changed',
    why: reason,
    fix: 'Correct what is named here and deploy again.',
  }),
};

/** A problem as one text, for the log and for catch nodes. */
export function problemText(problem: Problem): string {
  return `${[problem.what, problem.why, problem.fix].filter((part) => part !== '').map(sentence).join(' ')} (${problem.code})`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function quoted(value: unknown): string {
  if (value === '') return 'empty';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value === undefined || value === null) return 'not set';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `of type ${typeof value}`;
}
