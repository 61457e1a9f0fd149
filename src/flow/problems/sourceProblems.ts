import type { Problem } from '../../plan/Problem';
import { quoted } from './quoted';

/** What a dialog says of the place that records come from, or of a broker. */
export const sourceProblems = {
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
};
