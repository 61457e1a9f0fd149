import { Journal } from '../../../src/durability';
import type { SourceHost, SourceMessage, StoredWith } from '../../../src/sources/Source';
import { type Outcome, Violation } from './Outcome';
import { SeededRandom } from './SeededRandom';
import { SimulatedBroker } from './SimulatedBroker';
import { SimulatedClock } from './SimulatedClock';
import { SimulatedDisk } from './SimulatedDisk';

const SOURCE = 'r';
/** ms that a test waits in vain for a quiet end. */
const LONGEST_END = 100_000;

/** What a receiver may do wrong, for controls that must be caught. */
export type ReceiverFault = 'acknowledges early' | 'forgets ids' | 'keeps ids of a lost session';

/** A host with a real journal on a simulated disk. */
class SimulatedHost implements SourceHost {
  readonly log: NonNullable<SourceHost['log']>;
  readonly #journal: Journal;
  readonly #fault: ReceiverFault | undefined;

  constructor(journal: Journal, fault: ReceiverFault | undefined) {
    this.#journal = journal;
    this.#fault = fault;
    this.log = {
      hasPacket: (packet) => fault !== 'forgets ids' && journal.hasPacket(SOURCE, packet),
      releasePackets: (packets) => journal.release(SOURCE, packets).durable,
      get openPackets() {
        return fault === 'keeps ids of a lost session' ? [] : [...journal.openPackets(SOURCE)];
      },
      get marks() {
        return journal.marksOf(SOURCE);
      },
    };
  }

  store(messages: readonly SourceMessage[], { packets = [], marks }: StoredWith = {}): Promise<void> {
    const { durable } = this.#journal.append(SOURCE, messages.map(({ payload }) => String(payload)), packets, marks);
    if (this.#fault !== 'acknowledges early') return durable;
    durable.catch(() => undefined);
    return Promise.resolve();
  }

  status(): void {
    // Nobody looks.
  }

  problem(): void {
    // Nobody looks.
  }
}

/**
 * A receiver of QoS 1 or 2 with a log, at a broker with a session, while connections break, processes die with what was not yet on
 * the disk, and brokers forget sessions. In the end the log has each message that the broker did not throw away: once at QoS 2,
 * at QoS 1 at most as often as it was sent.
 */
export async function simulateReceiver(seed: number, outcome: Outcome, fault?: ReceiverFault): Promise<void> {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk(random);
  const clock = new SimulatedClock();
  const qos = random.chance(0.75) ? 2 : 1;
  const settings = { inflight: 1 + random.below(5), queueLimit: random.pick([5, 1000]), forgets: random.chance(0.4) };
  const broker = new SimulatedBroker(random, clock, settings);
  const published: string[] = [];
  let logged: readonly string[] = [];
  outcome.seeds++;
  const lives = 1 + random.below(5);
  for (let life = 0; life <= lives; life++) {
    const isLast = life === lives;
    const kind = random.chance(0.5) ? 'power' : 'kill';
    const death = { isThere: false };
    const crashed = isLast ? new Promise<void>(() => undefined) : disk.crashAfter(3 + random.below(60), kind);
    void crashed.then(() => {
      death.isThere = true;
    });
    const opening = Journal.open(disk.connect(), { graph: 'g', clock, epoch: life + 1, segmentBytes: random.pick([400, 4000]) });
    const opened = await Promise.race([crashed, opening]);
    if (opened !== undefined) {
      const host = new SimulatedHost(opened.journal, fault);
      broker.connect({ host, qos });
      for (let step = 0; step < 150 && !death.isThere; step++) {
        if (random.chance(0.4)) {
          const payload = `m${String(published.length)}`;
          published.push(payload);
          broker.publish(payload, qos);
        }
        if (random.chance(0.04)) {
          outcome.happened('connection cut');
          broker.cut();
        }
        if (settings.forgets && random.chance(0.01)) {
          outcome.happened('session lost');
          broker.loseSession();
        }
        if (!broker.isConnected && random.chance(0.4)) broker.connect({ host, qos });
        clock.pass(random.below(8));
        await turns(random.below(30));
      }
      if (isLast) {
        for (let passed = 0; broker.outstanding > 0 && passed < LONGEST_END; passed += 10) {
          if (!broker.isConnected) broker.connect({ host, qos });
          clock.pass(10);
          await turns(50);
        }
        if (broker.outstanding > 0) throw new Violation(seed, `${String(broker.outstanding)} messages were never confirmed`);
      }
    }
    broker.cut();
    disk.crash(kind);
    clock.forget();
    if (!isLast) {
      outcome.crashes++;
      outcome.happened(kind);
    }
  }
  const { recovery } = await Journal.open(disk.connect(), { graph: 'g', clock, epoch: lives + 2 });
  const found: string[] = [];
  await recovery.readWaiting(({ records }) => found.push(...records.map(String)));
  logged = found;
  check(seed, { qos, published, logged, broker, outcome });
}

interface Ledger {
  readonly qos: 1 | 2;
  readonly published: readonly string[];
  readonly logged: readonly string[];
  readonly broker: SimulatedBroker;
  readonly outcome: Outcome;
}

function check(seed: number, { qos, published, logged, broker, outcome }: Ledger): void {
  const lost = new Set(broker.lost);
  const resent = counted(broker.resent);
  const counts = counted(logged);
  for (const payload of published) {
    const count = counts.get(payload) ?? 0;
    counts.delete(payload);
    const most = qos === 2 ? 1 : 1 + (resent.get(payload) ?? 0);
    if (count > most || (count === 0 && !lost.has(payload))) {
      throw new Violation(seed, `${payload} is in the log ${String(count)} times, at QoS ${String(qos)}`);
    }
    if (count > 1) outcome.happened('twice at QoS 1');
    if (resent.has(payload)) outcome.happened('sent again');
  }
  if (counts.size > 0) throw new Violation(seed, `the log has "${[...counts.keys()].join('", "')}", which nobody published`);
}

function counted(payloads: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const payload of payloads) counts.set(payload, (counts.get(payload) ?? 0) + 1);
  return counts;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
