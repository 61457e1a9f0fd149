// npm run kills -- --kills 500 --qos 2: builds, kills a real Node-RED again and again while records flow from a real mosquitto, and
// counts what was lost, duplicated or changed. The stock `mqtt in` in the same process is the control: it must lose records.
//
//   --kills 500     how many times
//   --qos 1,2       a durable graph for each
//   --seed 1        the moments of the kills and what is published follow from it
//   --rate 300      messages a second
//   --sensors 50
//   --recovery 100  instead: how long it takes from flows:started to the first new batch with so many MB of state
//   --keep          keep ledger, outputs and user directory also when everything holds
import { join } from 'node:path';
import { main, root } from './lib/project.mjs';
import { installDependencies } from './lib/install.mjs';
import { build } from './lib/build.mjs';
import { run } from './lib/run.mjs';

main(async () => {
  await installDependencies();
  await build();
  const parameters = process.argv.slice(2).filter((parameter) => parameter !== '--');
  process.exitCode = await run(process.execPath, [join(root, 'dist/test/support/kills/main.js'), ...parameters]);
});
