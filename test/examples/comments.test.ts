import { expect } from 'chai';
import { simulatedValue } from '../../src/sources/simulated/SimulatedSource';
import type { FlowNode } from '../support/NodeRed';
import { ONE_NODE, SCENARIOS, nodeOf, readExample, recordedBy, recordedIn, tableOf } from './exampleFiles';
import { type MachineEvent, type Reading, excursions, mean, newPeaks, oee, shiftOf, standardDeviation } from './naive';

/** `[14, 20]` for `14 to 20 mm/s`. */
function range(cell: string | undefined): [number, number] {
  const [, from = '', to = ''] = /^([\d.]+) to ([\d.]+)/.exec(cell ?? '') ?? [];
  return [Number(from), Number(to)];
}

/** The n-th values of a simulated sensor, from `first` on. */
function simulated(sensor: number, first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => simulatedValue(42, sensor, first + index));
}

function info(flow: readonly FlowNode[], id: string): string {
  return String(nodeOf(flow, id)['info']);
}

function name(flow: readonly FlowNode[], id: string): string {
  return String(nodeOf(flow, id)['name']);
}

// What the comments say is what a plain program makes of the same inputs. That the flows give it too is tested in
// test/node-red, in a real Node-RED.
describe('what the comments of the examples say', () => {
  it('Averages of simulated sensors: the range of each mean of five values', () => {
    const rows = tableOf(readExample('01 - Start here/Averages of simulated sensors'), 'first-note');
    expect(rows.map(([sensor]) => sensor)).to.deep.equal(Array.from({ length: 10 }, (_, index) => `simulated/sensor-${String(index + 1).padStart(2, '0')}`));
    rows.forEach(([, cell], index) => {
      const means = Array.from({ length: 3000 }, (_, first) => simulated(index + 1, first + 1, 5).reduce((sum, value) => sum + value, 0) / 5);
      const [from, to] = range(cell);
      expect(Math.min(...means), cell).to.be.within(from, from + 1.5);
      expect(Math.max(...means), cell).to.be.within(to - 1.5, to);
    });
  });

  const tables = [['receiver', 'receiver-example-simulated', 'receiver-example-note-simulated'], ['map', 'map-example-receiver', 'map-example-note']] as const;
  for (const [file, receiver, comment] of tables) {
    it(`${file}: the first values of the simulated sensors`, () => {
      const flow = readExample(ONE_NODE + file);
      const seed = Number(nodeOf(flow, receiver)['seed']);
      const rows = tableOf(flow, comment);
      expect(rows).to.have.length(3);
      for (const [sequence, ...values] of rows) {
        expect(values.map(Number)).to.deep.equal(values.map((_, index) => simulatedValue(seed, index + 1, Number(sequence))));
      }
    });
  }

  it('map: the first temperatures in Fahrenheit', () => {
    const text = info(readExample(`${ONE_NODE}map`), 'map-example-note-map');
    const stated = [...text.matchAll(/fahrenheit: ([\d.]+)/g)].map(([, number]) => Number(number));
    expect(stated).to.deep.equal([1, 2].map((sensor) => Number((simulatedValue(42, sensor, 1) * 1.8 + 32).toFixed(1))));
  });

  it('reduceByKey: the first values, and the first results of sensor-02', () => {
    const flow = readExample(`${ONE_NODE}reduceByKey`);
    for (const sensor of [1, 2, 3, 4, 5, 6]) expect(info(flow, 'reduceByKey-example-note')).to.include(String(simulatedValue(42, sensor, 1)));
    const values = simulated(2, 1, 10);
    const sum = values.reduce((hundredths, value) => hundredths + Math.round(value * 100), 0);
    expect(info(flow, 'reduceByKey-example-note-sensor')).to.include(
      `mean: ${sum / 1000}, min: ${Math.min(...values)}, max: ${Math.max(...values)} }`,
    );
  });

  it('The average survives a kill: the first values', () => {
    const flow = readExample(`${SCENARIOS}The average survives a kill`);
    expect(info(flow, 'kill-note')).to.include(`${simulatedValue(42, 1, 1)}, ${simulatedValue(42, 2, 1)} and ${simulatedValue(42, 3, 1)}`);
  });

  it('Smart meters: the energy of each quarter, and the peaks', () => {
    const flow = readExample(`${SCENARIOS}Smart meters - 15-minute energy`);
    const energy = (meter: string, quarter: number): number => {
      const seconds = Array.from({ length: 5 }, (_, index) => (quarter - 1) * 5 + index);
      const watts = seconds.flatMap((second) => recordedIn(flow, 'energy-recording', second)).filter((payload) => payload['meter'] === meter);
      expect(watts).to.have.length(5);
      return (mean(watts.map((payload) => Number(payload['watts']))) * 15) / 60 / 1000;
    };
    const quarters = [1, 2, 3, 4].flatMap((quarter) => ['house', 'bakery'].map((meter) => ({ meter, quarter, kWh: energy(meter, quarter) })));
    const kWh = (meter: string): number[] => quarters.filter((row) => row.meter === meter).map((row) => row.kWh);
    expect(tableOf(flow, 'energy-note')).to.deep.equal(
      [1, 2, 3, 4].map((quarter) => [String(quarter), `${kWh('house')[quarter - 1] ?? ''} kWh`, `${kWh('bakery')[quarter - 1] ?? ''} kWh`]),
    );
    const [house, bakery] = ['house', 'bakery'].map((meter) => newPeaks(quarters).filter((peak) => peak.meter === meter).at(-1));
    expect(info(flow, 'energy-note')).to.include(
      `house ${house?.peak ?? ''} kW in quarter ${house?.quarter ?? ''}, bakery ${bakery?.peak ?? ''} kW in quarter ${bakery?.quarter ?? ''}`,
    );
    expect(name(flow, 'energy-note')).to.equal(
      `Bakery: ${kWh('bakery').join(', ')} kWh, peak ${bakery?.peak ?? ''} kW. House: ${kWh('house').join(', ')} kWh, peak ${house?.peak ?? ''} kW`,
    );
  });

  it('Air quality: the mean before each hour, where enough hours are there', () => {
    const flow = readExample(`${SCENARIOS}Air quality - 8-hour means`);
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    const recorded = hours.map((hour) => recordedIn(flow, 'air-recording', hour));
    const before = (station: string, hour: number): number | undefined => {
      const last = Array.from({ length: 8 }, (_, index) => recorded[(hour + 16 + index) % 24] ?? []).flat();
      const ozone = last.filter((payload) => payload['station'] === station);
      return ozone.length < 6 ? undefined : mean(ozone.map((payload) => Number(payload['ozone'])));
    };
    const shown = (value: number | undefined): string => (value === undefined ? '–' : String(value));
    expect(tableOf(flow, 'air-note')).to.deep.equal(hours.map((hour) => [`${hour}:00`, shown(before('park', hour)), shown(before('town', hour))]));
    const highest = (station: string): number => Math.max(...hours.map((hour) => before(station, hour) ?? 0));
    const above = hours.filter((hour) => (before('park', hour) ?? 0) > 120);
    expect(above).to.have.length((above.at(-1) ?? 0) - (above[0] ?? 0) + 1);
    expect(name(flow, 'air-note')).to.equal(
      `park: at most ${highest('park')} µg/m³, at ${hours.find((hour) => before('park', hour) === highest('park')) ?? ''}:00, ` +
      `above 120 from ${above[0] ?? ''}:00 to ${above.at(-1) ?? ''}:00. town: at most ${highest('town')}`,
    );
    expect(hours.filter((hour) => before('town', hour) === undefined)).to.deep.equal([5, 6, 7, 8, 9, 10]);
  });

  it('Cold chain: each excursion', () => {
    const flow = readExample(`${SCENARIOS}Cold chain - temperature excursions`);
    const found = excursions(recordedBy<Reading>(flow, 'cold-hour'));
    expect(tableOf(flow, 'cold-note')).to.deep.equal(
      found.map(({ truck, from, to, highest }) => [truck, `minute ${from}`, `minute ${to}`, `${to - from} minutes`, `${highest} °C`]),
    );
    expect(found.filter(({ from, to }) => to - from > 25).map(({ truck }) => truck)).to.deep.equal(['north']);
    expect(found.filter(({ truck }) => truck === 'south')).to.deep.equal([]);
    const minutes = (truck: string): string => found.filter((each) => each.truck === truck).map(({ from, to }) => `for ${to - from}`).join(' and ');
    expect(name(flow, 'cold-note')).to.equal(`north is too warm ${minutes('north')} minutes, east ${minutes('east')}, south never`);
  });

  it('Machine states: the minutes of each state, and the OEE', () => {
    const flow = readExample(`${SCENARIOS}Machine states - durations and OEE`);
    const events = recordedBy<MachineEvent>(flow, 'oee-shift');
    const [press, lathe] = [shiftOf(events, 'press'), shiftOf(events, 'lathe')];
    const row = (key: 'availability' | 'performance' | 'quality' | 'oee'): string[] => [press, lathe].map((shift) => `${oee(shift)[key]} %`);
    const minutes = (state: 'running' | 'setup' | 'down'): string[] => [press, lathe].map((shift) => `${shift[state]} minutes`);
    expect(tableOf(flow, 'oee-note').map(([, ...cells]) => cells)).to.deep.equal([
      minutes('running'), minutes('setup'), minutes('down'), row('availability'), row('performance'), row('quality'), row('oee'),
    ]);
    expect(name(flow, 'oee-note')).to.equal(
      `press: running ${press.running} minutes, OEE ${oee(press).oee} %. lathe: running ${lathe.running} minutes, OEE ${oee(lathe).oee} %`,
    );
  });

  it('Vibration: the RMS and the peak of each motor, wherever a window begins', () => {
    const flow = readExample(`${SCENARIOS}Vibration - RMS of motors`);
    tableOf(flow, 'vibration-note').forEach(([, rms, peak, zone], index) => {
      const factor = index === 2 ? 3 : 1;
      for (let first = 1; first < 2400; first += 7) {
        const speeds = simulated(index + 1, first, 240).map((value) => value * factor);
        const measured = standardDeviation(speeds);
        expect(measured).to.be.within(...range(rms));
        expect((Math.max(...speeds) - Math.min(...speeds)) / 2).to.be.within(...range(peak));
        expect(measured < 2.8 ? 'good' : measured < 4.5 ? 'watch' : 'repair').to.equal(zone);
      }
    });
  });
});
