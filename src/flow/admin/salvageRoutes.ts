import type { NodeAPI } from 'node-red';
import { type SalvageLoss, salvageLossOf } from '../../engine/salvageLossOf';
import type { Deployment } from '../Deployment';
import type { LostRecords, SalvageAnswer } from '../monitor/snapshot';
import type { RunningGraph } from '../RunningGraph';
import { type AdminRequest, Refusal } from './AdminRequest';
import { answerLater, carryOut, note } from './answer';
import { graphWithCheckpoint } from './graphOf';

/** The problem of a graph that does not start because its files are damaged. */
const DAMAGED = 'checkpoint-damaged';

type Loss = NonNullable<SalvageLoss>;

/** Keeps what can be read of a damaged log, where a graph refuses to start because of it: only when somebody asks, and says first what it costs. */
export function addSalvageRoutes(api: NodeAPI, deployment: Deployment): void {
  const path = '/dstream/graphs/:graph/salvage';

  api.httpAdmin.get(path, api.auth.needsPermission('dstream.read'), (request, response) => {
    void answerLater(api, response, async () => answerOf(await lossIn(damagedGraph(deployment, request))));
  });

  api.httpAdmin.post(path, api.auth.needsPermission('dstream.write'), (request, response) => {
    void carryOut(api, request, response, async () => {
      const graph = damagedGraph(deployment, request);
      const loss = await lossIn(graph);
      note(api, request, 'salvage', `has the log of the graph ${graph.plan.graph} salvaged, without ${String(answerOf(loss).records)} records`);
      const reset = await deployment.reset(graph, 'all', { salvage: true });
      return { reset, ...(graph.failure === undefined ? {} : { failure: graph.failure.what }) };
    });
  });
}

/** @throws {Refusal} where a graph has nothing to be salvaged */
function damagedGraph(deployment: Deployment, request: AdminRequest): RunningGraph {
  const graph = graphWithCheckpoint(deployment, request);
  if (graph.failure?.code !== DAMAGED) {
    throw new Refusal(409, 'There is nothing to be salvaged: only a graph that does not start because its files are damaged can be.');
  }
  return graph;
}

async function lossIn({ wanted }: RunningGraph): Promise<Loss> {
  const loss = await salvageLossOf(wanted).catch((error: unknown) => {
    throw new Refusal(409, error instanceof Error ? error.message : String(error));
  });
  if (loss === undefined) throw new Refusal(409, 'There is nothing to be salvaged: no damage is found in the log. Deploy to start the graph.');
  return loss;
}

function answerOf({ damage, unreadable, unassigned, unknownFrom, batches, packetsInDoubt }: Loss): SalvageAnswer {
  const lines = (spans: Loss['unreadable']): LostRecords[] => spans.map(({ source, begin, end }) => ({ receiver: source, first: begin, last: end - 1 }));
  const [lost, given] = [lines(unreadable), lines(unassigned)];
  return {
    damage,
    records: [...lost, ...given].reduce((sum, { first, last }) => sum + last - first + 1, 0),
    unreadable: lost,
    unassigned: given,
    unknownFrom: [...unknownFrom].map(([receiver, first]) => ({ receiver, first })),
    batches,
    packetsInDoubt,
  };
}
