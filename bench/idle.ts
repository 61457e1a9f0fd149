/** What the palette costs where it does nothing: memory, CPU time and start-up of a fresh Node-RED without it, with it, and with one graph. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlowNode } from '../test/support/NodeRed';
import { valuesOf, type Bench, type Figures } from './support/bench';
import { idleGraphs } from './support/drawings';
import { Stage } from './support/Stage';
import { median } from './support/statistics';
import { shownNumber } from './support/table';
import { Subject } from './support/Subject';

/** ms after the start until Node-RED has settled down. */
const SETTLING = 5000;
/** ms */
const LENGTH = 10_000;
/** Of a quick session: ms. */
const QUICK = 200;

const ALONE = 'Node-RED alone';
const MEMORY = 'MB RSS';

interface Kind {
  readonly name: string;
  readonly withPalette: boolean;
  readonly flows: (port: number) => readonly FlowNode[];
}

const KINDS: readonly Kind[] = [
  { name: ALONE, withPalette: false, flows: () => [] },
  { name: 'palette, no flows', withPalette: true, flows: () => [] },
  { name: 'palette, one idle graph', withPalette: true, flows: idleGraphs },
];

const bench: Bench = {
  work: 'fresh starts of Node-RED without the palette, with it, and with one idle graph (MQTT → 1 s → mean): memory, CPU and start-up',
  goal: 'one idle graph: at most 25 MB RSS over Node-RED alone, under 0.5 % of a core',
  rounds: 5,
  run: (session) =>
    Stage.set(session, async (stage) => {
      const measure = async ({ name, withPalette, flows }: Kind, round: number): Promise<Figures> => {
        const folder = join(stage.folder, `${name.replaceAll(/\W+/g, '-')}${round}`);
        const subject = await Subject.nodeRed(folder, flows(stage.port), { withPalette, nodeParameters: session.nodeParameters });
        try {
          await pause(session.isQuick ? QUICK : SETTLING);
          const before = await subject.figures();
          const length = session.isQuick ? QUICK : LENGTH;
          await pause(length);
          const { cpu, rss } = await subject.figures();
          return { [MEMORY]: rss / 2 ** 20, '% of a core': (cpu - before.cpu) / 10 / length, 'ms to start': subject.startTime };
        } finally {
          await subject.stop();
        }
      };
      const variants = KINDS.map((kind) => ({ name: kind.name, run: (round: number) => measure(kind, round) }));
      // A fresh process each time: only the file system's cache warms up.
      const summary = await session.compare({ name: 'idle', variants, baseline: ALONE });
      for (const { name } of KINDS.slice(1)) {
        const alone = valuesOf(summary, ALONE, MEMORY);
        const more = median(valuesOf(summary, name, MEMORY).map((value, round) => value - (alone[round] ?? NaN)));
        session.note(`${name}: ${shownNumber(more)} MB RSS over ${ALONE}`);
      }
    }),
};

export default bench;
