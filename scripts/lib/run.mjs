// Runs other programs, and makes sure that none of them outlives the script that started it.
import { spawn } from 'node:child_process';
import { Failure, root } from './project.mjs';

const running = new Set();

process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

/** Ends whatever `run` and `collect` have started and not finished. */
export function endAll() {
  for (const child of running) {
    child.kill('SIGTERM');
  }
}

function start(command, parameters, options) {
  const child = spawn(command, parameters, { cwd: root, ...options });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Runs a program with this script's own output. Resolves with its exit code; 1 where a signal ended it. */
export function run(command, parameters, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, parameters, { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** Runs a program quietly. Resolves with its exit code and everything it printed. */
export function collect(command, parameters, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Runs a program quietly, and fails with everything it printed when it fails. */
export async function need(what, command, parameters, options = {}) {
  const { code, output } = await collect(command, parameters, options);
  if (code !== 0) {
    throw new Failure(`${output.trim()}\n${what} failed (exit code ${code}).`);
  }
  return output;
}
