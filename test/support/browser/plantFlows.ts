import { batcher, node, receiver, sink, sums, tab } from '../flows';

const at = (x: number, y: number) => ({ x, y });

/** Counts of three simulated sensors, in a graph whose checkpoint node is `safe`. */
export const PLANT_FLOWS = [
  tab('tab', { label: 'Plant' }),
  receiver('sensors', ['every'], { name: 'sensors', source: 'simulated', sensors: '3', rate: '10', seed: '1', ...at(120, 80) }),
  batcher('every', ['safe'], { name: 'every half second', interval: '500', ...at(320, 80) }),
  node('safe', 'dstream-checkpoint', [['sums']], { path: '', interval: '1', intervalUnits: 'h', sync: 'group', logLimit: '64', retention: '1', ...at(520, 80) }),
  sums('sums', ['out'], { name: 'counts', aggregates: [{ aggregate: 'count', as: 'count' }], ...at(120, 160) }),
  sink('out', ['collector'], { name: 'results', ...at(320, 160) }),
  node('collector', 'test-collector', [], at(520, 160)),
];
