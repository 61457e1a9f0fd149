/**
 * What a message costs on its way from the broker to the mean of its sensor, beside two programs that people write today: a bare mqtt.js
 * subscriber that parses JSON and does nothing else, and a flow of Node-RED's own nodes with the same result. All three get the same
 * messages at the same rate.
 */
import { valuesOf, type Bench, type Variant } from './support/bench';
import { SENSORS, Stage } from './support/Stage';
import { medianRatio } from './support/statistics';
import { shownNumber } from './support/table';

/** Messages a second, where the rate is fixed. */
const RATE = 20_000;
/** s */
const FIXED_LENGTH = 5;
/** Messages of a load at full speed. */
const MAX_COUNT = 400_000;

const BARE = 'bare mqtt.js';
const OURS = 'the palette';
const THEIRS = "Node-RED's own nodes";
const COST = 'µs/message';

const bench: Bench = {
  work: `mosquitto, QoS 0 and 1, JSON of 100 bytes from ${SENSORS} sensors, mean per sensor per second in Node-RED: CPU time of the whole process per message`,
  goal: "below a bare mqtt.js subscriber that only parses; at most 0.20 of Node-RED's mqtt in → json → function → batch → join → function",
  rounds: 3,
  run: (session) =>
    Stage.set(session, async (stage) => {
      const subscribers = [
        { name: BARE, subscriber: await stage.subscriber('bare') },
        { name: OURS, subscriber: await stage.subscriber('ours') },
        { name: THEIRS, subscriber: await stage.subscriber('theirs') },
      ];
      for (const qos of [0, 1] as const) {
        for (const rate of [RATE, 0]) {
          const load = { qos, rate, count: rate === 0 ? MAX_COUNT : rate * FIXED_LENGTH };
          const variants = subscribers.map(({ name, subscriber }): Variant => ({
            name,
            run: async () => {
              const { received, lost, took, cpu } = await stage.run(subscriber, load);
              return { [COST]: cpu / received, 'messages/s': (received * 1000) / took, lost };
            },
          }));
          const name = `QoS ${qos}, ${rate === 0 ? 'as fast as the broker' : `${shownNumber(rate)} messages/s`}`;
          const summary = await session.compare({ name, variants, baseline: BARE, ratiosOf: [COST] });
          const ratio = medianRatio(valuesOf(summary, OURS, COST), valuesOf(summary, THEIRS, COST));
          session.note(`${name}: ${OURS} needs × ${ratio.toFixed(2)} of the CPU time of ${THEIRS}`);
        }
      }
    }),
};

export default bench;
