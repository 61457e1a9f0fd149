import { expect } from 'chai';
import { resetLoss } from '../../../nodes/sidebar/editor/resetLoss';
import { graphMonitor, monitored } from './snapshots';

describe('what the sidebar says that a reset loses', () => {
  const graph = graphMonitor({
    operators: {
      r: monitored({ waiting: 30 }),
      m: monitored({ keys: 4 }),
      n: monitored({ keys: 5 }),
      s: monitored({ waiting: 2 }),
    },
    durability: { state: 'running', text: '', logBytes: 100, checkpointBytes: 20, deadLetters: 0 },
  });

  it('is everything, or what one node remembers', () => {
    expect(resetLoss(graph)).to.deep.equal({ keys: 9, waiting: 32, bytes: 120 });
    expect(resetLoss(graph, 'n')).to.deep.equal({ keys: 5, waiting: 0, bytes: 0 });
    expect(resetLoss(graph, 'gone')).to.deep.equal({ keys: 0, waiting: 0, bytes: 0 });
  });
});
