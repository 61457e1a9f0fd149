// npm run bench -- <name>: builds, and runs one of the benchmarks in bench/. They print ratios against a baseline that runs
// beside them, and assert nothing. Without a name: lists them.
import { join } from 'node:path';
import { existsSync, readdirSync } from 'node:fs';
import { Failure, main, root } from './lib/project.mjs';
import { installDependencies } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { run } from './lib/run.mjs';

main(async () => {
  const [name, ...rest] = process.argv.slice(2).filter((parameter) => parameter !== '--');
  const names = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length));
  if (name === undefined || !names.includes(name)) {
    throw new Failure(`${name === undefined ? 'Say which benchmark to run' : `There is no benchmark ${name}`}. They are: ${names.join(', ')}.`);
  }
  await installDependencies();
  await build();
  const script = join(root, 'dist/bench', `${name}.js`);
  if (!existsSync(script)) throw new Failure(`${name} was not built.`);
  await run(process.execPath, ['--expose-gc', script, ...rest]);
});
