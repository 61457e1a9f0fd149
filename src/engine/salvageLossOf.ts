import type { Plan } from '../plan/Plan';
import { loadLater } from './loadLater';

type Durable = typeof import('./durable/salvageLoss');
export type SalvageLoss = Awaited<ReturnType<Durable['salvageLoss']>>;

/** What would be lost if the log of a graph that does not run were salvaged; undefined where nothing is damaged, or there is no checkpoint. */
export async function salvageLossOf(plan: Plan): Promise<SalvageLoss> {
  const checkpoint = plan.operators.find((operator) => operator.type === 'checkpoint');
  if (checkpoint === undefined) return undefined;
  return (loadLater('./durable/salvageLoss') as Durable).salvageLoss(plan, checkpoint);
}
