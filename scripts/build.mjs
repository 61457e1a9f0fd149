// npm run build [-- --strict]: compiles to dist/, copies what Node-RED reads beside the nodes, bundles the editor code.
// --strict: fails when a set that package.json names lacks its code, page, texts, help or icon.
import { Failure, main } from './lib/project.mjs';
import { installDependencies } from './lib/install.mjs';
import { build } from './lib/build.mjs';

main(async () => {
  const parameters = process.argv.slice(2);
  const unknown = parameters.find((parameter) => parameter !== '--strict');
  if (unknown !== undefined) {
    throw new Failure(`Unknown parameter ${unknown}. Known: --strict.`);
  }
  await installDependencies();
  await build({ strict: parameters.includes('--strict') });
});
