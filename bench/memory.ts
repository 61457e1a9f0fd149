/** What a graph takes of memory: each further idle one, and one that has worked, beside the same work by Node-RED's own nodes. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { valuesOf, type Bench, type Session, type Variant } from './support/bench';
import { idleGraphs } from './support/drawings';
import { Stage, type SubscriberKind } from './support/Stage';
import { Subject } from './support/Subject';
import { median } from './support/statistics';
import { shownNumber } from './support/table';

const MANY = 10;
/** ms after the start until Node-RED has settled down. */
const SETTLING = 5000;
/** Messages a second. */
const RATE = 20_000;
/** s */
const LENGTH = 10;
const MEMORY = 'MB RSS';

async function idle(session: Session, stage: Stage): Promise<void> {
  const variant = (name: string, count: number): Variant => ({
    name,
    run: async (round) => {
      const folder = join(stage.folder, `idle-${count}-${round}`);
      const subject = await Subject.nodeRed(folder, idleGraphs(stage.port, count), { nodeParameters: session.nodeParameters });
      try {
        await pause(session.isQuick ? 0 : SETTLING);
        return { [MEMORY]: (await subject.figures()).rss / 2 ** 20 };
      } finally {
        await subject.stop();
      }
    },
  });
  const one = 'one idle graph';
  const many = `${MANY} idle graphs`;
  const summary = await session.compare({ name: 'idle', variants: [variant(one, 1), variant(many, MANY)], baseline: one });
  const alone = valuesOf(summary, one, MEMORY);
  const further = valuesOf(summary, many, MEMORY).map((value, round) => (value - (alone[round] ?? NaN)) / (MANY - 1));
  session.note(`${shownNumber(median(further))} MB RSS for each further idle graph`);
}

async function working(session: Session, stage: Stage): Promise<void> {
  const variants: Variant[] = [];
  for (const [name, kind] of [['the palette', 'ours'], ["Node-RED's own nodes", 'theirs']] satisfies [string, SubscriberKind][]) {
    const subscriber = await stage.subscriber(kind);
    variants.push({
      name,
      run: async () => {
        const { lost } = await stage.run(subscriber, { qos: 0, rate: RATE, count: RATE * LENGTH });
        return { [MEMORY]: (await subscriber.subject.figures()).rss / 2 ** 20, lost };
      },
    });
  }
  const name = `after ${LENGTH} s more at ${shownNumber(RATE)} messages/s`;
  await session.compare({ name, variants, baseline: "Node-RED's own nodes", ratiosOf: [MEMORY] });
}

const bench: Bench = {
  work: `resident memory of Node-RED with one and ${MANY} idle graphs, and after ${LENGTH} s at ${shownNumber(RATE)} messages/s, mean per sensor per second`,
  goal: "less than Node-RED's own nodes take for the same work, and no growth from round to round",
  rounds: 3,
  run: (session) =>
    Stage.set(session, async (stage) => {
      await idle(session, stage);
      await working(session, stage);
    }),
};

export default bench;
