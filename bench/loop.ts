/**
 * How long Node-RED's main thread is held while messages come in faster than most flows can take: everything else in the same Node-RED
 * (dashboards, HTTP, other flows) waits that long.
 */
import type { Bench, Variant } from './support/bench';
import type { LoopDelays } from './support/meter';
import { Stage, type SubscriberKind } from './support/Stage';

/** Messages a second. */
const RATE = 50_000;
/** s */
const LENGTH = 10;

const KINDS: readonly (readonly [name: string, kind: SubscriberKind])[] = [
  ['the palette', 'ours'],
  ["Node-RED's own nodes", 'theirs'],
];

const bench: Bench = {
  work: `${RATE / 1000},000 messages/s at QoS 0 for ${LENGTH} s, mean per sensor per second: how long the event loop of Node-RED's main thread is held`,
  goal: "99th percentile at most 10 ms (Node-RED's own nodes: several hundred)",
  rounds: 3,
  run: (session) =>
    Stage.set(session, async (stage) => {
      const variants: Variant[] = [];
      for (const [name, kind] of KINDS) {
        const subscriber = await stage.subscriber(kind);
        variants.push({
          name,
          run: async () => {
            const { subject } = subscriber;
            let delays: LoopDelays | undefined;
            await subject.watch();
            const { received, lost, took } = await stage.run(subscriber, { qos: 0, rate: RATE, count: RATE * LENGTH }, async () => {
              delays = await subject.delays();
            });
            return {
              'p99 ms': delays?.percentile99 ?? NaN,
              'p99 wait ms': delays?.wait99 ?? NaN,
              'max ms': delays?.max ?? NaN,
              'messages/s': (received * 1000) / took,
              lost,
            };
          },
        });
      }
      await session.compare({ name: 'main thread', variants, baseline: "Node-RED's own nodes", ratiosOf: ['p99 ms', 'p99 wait ms'] });
    }),
};

export default bench;
