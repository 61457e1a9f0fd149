// npm run docs: makes docs/nodes/*.md of the help and the dialogs of the nodes. They are checked by npm run lint and npm test.
import { Failure, counted, main } from './lib/project.mjs';
import { writePages } from './lib/nodePages.mjs';

main(async () => {
  const [unknown] = process.argv.slice(2);
  if (unknown !== undefined) {
    throw new Failure(`Unknown parameter ${unknown}. There is none.`);
  }
  console.log(`${counted(writePages(), 'page')} in docs/nodes.`);
});
