import type { Problem } from '../../plan/Problem';
import { quoted } from './quoted';

/** What a dialog says of the place that records go to. */
export const sinkProblems = {
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
};
