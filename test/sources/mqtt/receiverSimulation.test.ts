import { expect } from 'chai';
import { Outcome } from '../../support/simulation/Outcome';
import { type ReceiverFault, simulateReceiver } from '../../support/simulation/simulateReceiver';

const SEEDS = 400;

describe('an MQTT receiver with a log, simulated', () => {
  it(`has each message at QoS 2 once, at QoS 1 at least once: ${String(SEEDS)} seeds`, async function () {
    this.timeout(20_000);
    const outcome = new Outcome();
    for (let seed = 0; seed < SEEDS; seed++) await simulateReceiver(seed, outcome);
    for (const what of ['kill', 'power', 'connection cut', 'session lost', 'sent again', 'twice at QoS 1']) {
      expect(outcome.sometimes.get(what) ?? 0, `${what} (${String(outcome)})`).to.be.above(20);
    }
  });

  for (const fault of ['acknowledges early', 'forgets ids', 'keeps ids of a lost session'] satisfies ReceiverFault[]) {
    it(`notices a receiver that ${fault}`, async () => {
      let violation: unknown;
      for (let seed = 0; seed < 200 && violation === undefined; seed++) {
        await simulateReceiver(seed, new Outcome(), fault).catch((thrown: unknown) => (violation = thrown));
      }
      expect((violation as Error | undefined)?.name).to.equal('Violation');
    });
  }
});
