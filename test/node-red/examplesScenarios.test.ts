import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { simulatedValue } from '../../src/sources/simulated/SimulatedSource';
import { batchTimeOf, batchesAt, collectorOf, inWindow, payloadsAt, payloadsUntil } from '../examples/deployed';
import { SCENARIOS, nodeOf, readExample, recordedBy, tableOf, withCollectors, withTap } from '../examples/exampleFiles';
import {
  type Energy, type MachineEvent, type Peak, type Reading, excursions, mean, newPeaks, oee, shiftOf, standardDeviation,
} from '../examples/naive';
import { exactMean } from '../support/exactMean';
import { NodeRed } from '../support/NodeRed';
import { until } from '../support/until';

const energy = readExample(`${SCENARIOS}Smart meters - 15-minute energy`);
const cold = readExample(`${SCENARIOS}Cold chain - temperature excursions`);
const vibration = readExample(`${SCENARIOS}Vibration - RMS of motors`);
const air = readExample(`${SCENARIOS}Air quality - 8-hour means`);
const machines = readExample(`${SCENARIOS}Machine states - durations and OEE`);

// Deployed as they are, side by side, since a recorded hour takes 20 s and a recorded day 24 s. What the windows hold is
// taken from taps, so that a late timer of a busy machine changes what is expected together with what is found.
describe('the scenarios among the examples, in a real Node-RED', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await NodeRed.start();
    await nodeRed.deploy([
      ...withCollectors(withTap(energy, 'energy-batcher')), ...withCollectors(cold), ...withCollectors(withTap(vibration, 'vibration-batcher')),
      ...withCollectors(withTap(air, 'air-batcher')), ...withCollectors(machines),
    ]);
  });

  after(async () => {
    await nodeRed.stop();
  });

  it('Cold chain: one alarm for each excursion, and how long it was', async () => {
    const expected = excursions(recordedBy<Reading>(cold, 'cold-hour'));
    const events = await payloadsAt<Record<string, unknown>>(nodeRed, 'cold-events-debug', 2 * expected.length);
    const began = events.filter(({ event }) => event === 'too warm').map(({ truck, minute }) => ({ truck, from: minute }));
    const over = events.filter(({ event }) => event === 'well again').map(({ truck, minute, minutes, highest }) => ({ truck, to: minute, minutes, highest }));
    expect(over).to.deep.equal(expected.map(({ truck, from, to, highest }) => ({ truck, to, minutes: to - from, highest })));
    expect(began).to.have.deep.members(expected.map(({ truck, from }) => ({ truck, from }))).and.have.length(expected.length);
    const [goods] = await payloadsAt<Record<string, unknown>>(nodeRed, 'cold-goods-debug', 1);
    expect(goods).to.include({ truck: 'north', minutes: 30 });
    expect(await nodeRed.collectedCount(collectorOf('cold-goods-debug'))).to.equal(1);
  });

  it('Machine states: the minutes of each state, and the OEE of the shift', async () => {
    const events = recordedBy<MachineEvent>(machines, 'oee-shift');
    const durations = await payloadsAt<{ machine: string; was: string; minutes: number }>(nodeRed, 'oee-each-debug', 8);
    const names = ['press', 'lathe'];
    const figures = await payloadsUntil<Record<string, unknown>>(
      nodeRed, 'oee-machines-debug',
      (all) => names.every((machine) => all.some((each) => each['machine'] === machine && Number(each['running']) === shiftOf(events, machine).running)),
      20_000,
    );
    for (const machine of names) {
      const shift = shiftOf(events, machine);
      for (const state of ['running', 'setup', 'down'] as const) {
        const own = durations.filter((each) => each.machine === machine && each.was === state);
        expect(own.reduce((sum, { minutes }) => sum + minutes, 0), `${machine} ${state}`).to.equal(shift[state]);
      }
      const { running, setup, down } = shift;
      expect(figures.filter((each) => each['machine'] === machine).at(-1)).to.deep.equal({ machine, running, setup, down, ...oee(shift) });
    }
  });

  it('Vibration: the RMS of the last four seconds, and each change of zone once', async () => {
    await nodeRed.collected(collectorOf('vibration-seconds-debug'), 4, 30_000);
    const stated = new Map(tableOf(vibration, 'vibration-note').map(([motor = '', rms = '', , zone]) => [motor, { rms: rms.split(' '), zone }]));
    const batches = await batchesAt<{ sensor: string; sequence: number; value: number }>(nodeRed, 'vibration-batcher');
    for (const { sensor, sequence, value } of batches.flatMap(({ payloads }) => payloads)) {
      expect(value).to.equal(simulatedValue(42, Number(sensor.slice('sensor-'.length)), sequence));
    }
    let complete = 0;
    for (const { message } of (await nodeRed.collected(collectorOf('vibration-seconds-debug'))).slice(0, 4)) {
      const results = message['payload'] as { motor: string; rms: number; peak: number; zone: string }[];
      expect(results.map(({ motor }) => motor)).to.have.members([...stated.keys()]);
      const window = inWindow(batches, batchTimeOf(message), 4000);
      for (const { motor, rms, peak, zone } of results) {
        const speeds = window.filter(({ sensor }) => sensor === motor).map(({ value }) => (motor === 'sensor-03' ? value * 3 : value));
        expect(rms).to.be.closeTo(standardDeviation(speeds), 1e-9);
        expect(peak).to.equal((Math.max(...speeds) - Math.min(...speeds)) / 2);
        const { rms: [from, , to] = [], zone: statedZone } = stated.get(motor) ?? {};
        // Four whole turns have 240 values; a late timer makes more or fewer of them.
        if (Math.abs(speeds.length - 240) > 3) continue;
        complete++;
        expect(rms).to.be.within(Number(from), Number(to));
        expect(zone).to.equal(statedZone);
      }
    }
    expect(complete).to.be.above(0);
    const zones = await payloadsAt<{ motor: string; zone: string }>(nodeRed, 'vibration-zones-debug', 3);
    expect(zones.slice(0, 3)).to.have.deep.members([...stated].map(([motor, { zone }]) => ({ motor, zone })));
  });

  it('Smart meters: the energy of each quarter of an hour, and its peaks', async () => {
    const stated = tableOf(energy, 'energy-note').flatMap(([quarter, house, bakery]) => [
      { meter: 'house', quarter: Number(quarter), kWh: parseFloat(house ?? '') }, { meter: 'bakery', quarter: Number(quarter), kWh: parseFloat(bakery ?? '') },
    ]);
    const seen = (all: readonly Energy[]): boolean => stated.every((each) => all.some((one) => JSON.stringify(one) === JSON.stringify(each)));
    const quarters = await payloadsUntil<Energy>(nodeRed, 'energy-quarters-debug', seen, 50_000);
    const batches = await batchesAt<{ meter: string; watts: number }>(nodeRed, 'energy-batcher');
    const messages = (await nodeRed.collected(collectorOf('energy-quarters-debug'))).slice(0, quarters.length);
    for (const { message } of messages) {
      const { meter, quarter, kWh } = message['payload'] as Energy;
      const end = batchTimeOf(message);
      const watts = inWindow(batches, end, 5000).filter((payload) => payload.meter === meter).map((payload) => payload.watts);
      expect(kWh).to.equal((mean(watts) * 15) / 60 / 1000);
      expect(quarter).to.equal((end / 5000 + 3) % 4 + 1);
    }
    const expected = newPeaks(quarters);
    const peaks = await payloadsAt<Peak>(nodeRed, 'energy-peaks-debug', expected.length);
    for (const meter of ['house', 'bakery']) {
      expect(peaks.filter((peak) => peak.meter === meter)).to.deep.equal(expected.filter((peak) => peak.meter === meter));
    }
    expect(peaks).to.deep.include({ meter: 'house', quarter: 2, peak: 1.6 }).and.deep.include({ meter: 'bakery', quarter: 1, peak: 8.8 });
  });

  it('Air quality: the mean of the last eight hours, every hour of a day', async () => {
    const stated = new Map(tableOf(air, 'air-note').map(([hour = '', park, town]) => [parseInt(hour, 10), { park, town }]));
    interface Mean { station: 'park' | 'town'; hour: number; mean: number }
    const isStated = ({ station, hour, mean: value }: Mean): boolean => stated.get(hour)?.[station] === String(value);
    const hoursSeen = (all: readonly Mean[][]): number => new Set(all.flat().filter(isStated).map(({ hour }) => hour)).size;
    const results = await payloadsUntil<Mean[]>(nodeRed, 'air-means-debug', (all) => hoursSeen(all) === 24, 55_000);
    const batches = await batchesAt<{ station: string; ozone: number }>(nodeRed, 'air-batcher');
    for (const { message } of (await nodeRed.collected(collectorOf('air-means-debug'))).slice(0, results.length)) {
      const end = batchTimeOf(message);
      const expected = ['park', 'town'].flatMap((station) => {
        const ozone = inWindow(batches, end, 8000).filter((payload) => payload.station === station).map((payload) => payload.ozone);
        return ozone.length < 6 ? [] : [{ station, hour: (end / 1000) % 24, mean: mean(ozone) }];
      });
      expect(message['payload']).to.have.deep.members(expected);
    }
    const above = results.flat().filter((each) => each.mean > 120);
    expect((await payloadsAt<Mean>(nodeRed, 'air-alarms-debug', above.length)).slice(0, above.length)).to.deep.equal(above);
    expect(new Set(above.map(({ station }) => station))).to.deep.equal(new Set(['park']));
  });

  it('report nothing', () => {
    expect(nodeRed.errors).to.deep.equal([]);
  });
});

describe('The average survives a kill, among the examples', () => {
  const example = readExample(`${SCENARIOS}The average survives a kill`);
  let userDirectory: string;

  interface Average { sensor: string; mean: number; count: number; sequence: number }

  before(async () => {
    userDirectory = await mkdtemp(join(tmpdir(), 'dstream-examples-'));
  });

  after(async () => {
    await rm(userDirectory, { recursive: true, force: true, maxRetries: 3 });
  });

  /** Runs the flow until `enough` came, kills Node-RED, and resolves with what came. */
  async function live(flows: ReturnType<typeof withCollectors> | undefined, enough: (results: readonly Average[]) => boolean): Promise<Average[]> {
    const nodeRed = await NodeRed.start({ userDirectory, ...(flows === undefined ? {} : { flows }) });
    try {
      const batches = await payloadsUntil<Average[]>(nodeRed, 'kill-debug', (all) => enough(all.flat()), 40_000);
      expect(nodeRed.errors).to.deep.equal([]);
      return batches.flat();
    } finally {
      await nodeRed.kill();
      await until('Node-RED had ended', () => nodeRed.exit !== undefined);
    }
  }

  /** The first values of a sensor. */
  const values = (sensor: string, count: number): number[] =>
    Array.from({ length: count }, (_, index) => simulatedValue(42, Number(sensor.slice('sensor-'.length)), index + 1));

  const sensors = ['sensor-01', 'sensor-02', 'sensor-03'];

  it('goes on from the last count, with the mean of all values before and after, to the last bit', async () => {
    const before = await live(withCollectors(example), (all) => sensors.every((sensor) => all.some((each) => each.sensor === sensor && each.count >= 5)));
    for (const { sensor, mean: average, count, sequence } of before) {
      expect(sequence).to.equal(count);
      expect(average).to.equal(exactMean(values(sensor, count)));
    }
    const isNew = ({ count, sequence }: Average): boolean => sequence >= 2 && sequence < count;
    const after = await live(undefined, (all) => sensors.every((sensor) => all.some((each) => each.sensor === sensor && isNew(each))));
    for (const sensor of sensors) {
      const last = before.filter((each) => each.sensor === sensor).at(-1)?.count ?? NaN;
      for (const { mean: average, count, sequence } of after.filter((each) => each.sensor === sensor && isNew(each))) {
        // A value that came just before the kill may be on the disk without having been shown.
        expect(count - sequence).to.be.at.least(last);
        expect(average).to.equal(exactMean([...values(sensor, count - sequence), ...values(sensor, sequence)]));
      }
    }
  });

  it('begins with 1 again without the checkpoint, as its comment says', async () => {
    const without = example.filter(({ id }) => id !== 'kill-checkpoint').map((node) =>
      node.id === 'kill-batcher' ? { ...node, wires: nodeOf(example, 'kill-checkpoint')['wires'] } : node,
    );
    await live(withCollectors(without), (all) => all.some(({ count }) => count >= 3));
    for (const { count, sequence } of await live(undefined, (all) => all.length > 0)) expect(count).to.equal(sequence);
  });
});
