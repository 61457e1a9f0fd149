// Runs in a worker of the sandbox (see Sandbox): bundled to resources/preview-worker.js.
import { closeDoors } from './closeDoors';
import { evaluate } from './evaluate';
import type { PreviewAnswer, PreviewTask, PreviewWork } from './messages';
import { syntaxErrorFinder } from './syntaxPlace';

/** The JavaScript that a problem is about. `output`: as in the problem. */
function bodyOf(work: PreviewWork, output: number): string | undefined {
  if (work.kind === 'reduceByKey') return work.aggregates[output - 1]?.reduce;
  return work.code.lang === 'javascript' ? work.code.source : undefined;
}

addEventListener(
  'message',
  ({ ports: [port] }) => {
    if (port === undefined) return;
    const post = port.postMessage.bind(port);
    const findSyntaxError = syntaxErrorFinder(globalThis);
    const tell = (answer: PreviewAnswer, { work }: PreviewTask): void => {
      const body = answer.kind === 'problem' && answer.failure.line === undefined ? bodyOf(work, answer.output ?? 0) : undefined;
      if (answer.kind !== 'problem' || body === undefined) {
        post(answer);
        return;
      }
      void findSyntaxError(body).then((place) => {
        post({ ...answer, failure: { ...answer.failure, ...place } });
      });
    };
    port.onmessage = ({ data }: MessageEvent<PreviewTask>) => {
      void evaluate(data, (answer) => {
        tell(answer, data);
      });
    };
    // What user code leaves in the background is over with it; the console need not hear of it.
    addEventListener('unhandledrejection', (event) => {
      event.preventDefault();
    });
    closeDoors(globalThis);
    post({ kind: 'ready' });
  },
  { once: true },
);
