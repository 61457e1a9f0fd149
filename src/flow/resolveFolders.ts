import { resolve } from 'node:path';
import type { Operator, Plan } from '../plan/Plan';

/** The plan with absolute paths: those in dialogs start in the directory in which Node-RED keeps its files. */
export function resolveFolders(plan: Plan, userDirectory = '.'): Plan {
  return { ...plan, operators: plan.operators.map((operator) => withFolder(operator, userDirectory)) };
}

function withFolder(operator: Operator, userDirectory: string): Operator {
  if (operator.type !== 'receiver' || operator.parameters.source.kind !== 'folder') return operator;
  const { source } = operator.parameters;
  return { ...operator, parameters: { ...operator.parameters, source: { ...source, path: resolve(userDirectory, source.path) } } };
}
