// Loaded before node-red-dev: answers what it asks of the network from files beside this one and from the installed package, writes
// down what it asked, and lets nothing else out.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const { join } = require('node:path');

/** The user directory that the package is installed in, and the file to write into. */
const { DSTREAM_SCORECARD_USER: user, DSTREAM_SCORECARD_ASKED: log } = process.env;

function readJson(...path) {
  return JSON.parse(fs.readFileSync(join(...path), 'utf8'));
}

function asked(what) {
  fs.appendFileSync(log, `${what}\n`);
}

const answers = {
  'https://catalogue.nodered.org/catalogue.json': 'catalogue.json',
  'https://registry.npmjs.org/node-red': 'node-red.json',
};

const standIns = {
  axios: {
    get: async (address) => {
      asked(`get ${address}`);
      if (answers[address] === undefined) throw new Error(`Nothing is known of ${address}`);
      return { data: readJson(__dirname, answers[address]) };
    },
  },
  // The tree of a dependency: here, all that was installed with the package.
  'npm-remote-ls': {
    config: () => undefined,
    ls: (name, range, _flat, done) => {
      asked(`tree ${name}`);
      const { packages } = readJson(user, 'node_modules/.package-lock.json');
      done(Object.entries(packages).map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`));
    },
  },
  // The latest version of a dependency: the one that npm has just installed.
  'package-json': async (name) => {
    asked(`latest ${name}`);
    const { version } = readJson(user, 'node_modules', name, 'package.json');
    return { name, ['dist-tags']: { latest: version }, versions: { [version]: {} } };
  },
};

const load = Module._load;
Module._load = (request, ...others) => standIns[request] ?? Reflect.apply(load, Module, [request, ...others]);

net.Socket.prototype.connect = (...target) => {
  asked(`connection ${JSON.stringify(target[0])}`);
  throw new Error('There is no network here.');
};
