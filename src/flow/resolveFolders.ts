import { resolve } from 'node:path';
import type { Operator, Plan } from '../plan/Plan';

/** The plan with absolute paths: those in dialogs start in the directory in which Node-RED keeps its files. */
export function resolveFolders(plan: Plan, userDirectory = '.'): Plan {
  return { ...plan, operators: plan.operators.map((operator) => withFolder(operator, userDirectory)) };
}

function withFolder(operator: Operator, userDirectory: string): Operator {
  switch (operator.type) {
    case 'receiver': {
      const { source } = operator.parameters;
      if (source.kind !== 'folder') return operator;
      return { ...operator, parameters: { ...operator.parameters, source: { ...source, path: resolve(userDirectory, source.path) } } };
    }
    case 'checkpoint':
      return { ...operator, parameters: { ...operator.parameters, path: resolve(userDirectory, operator.parameters.path) } };
    case 'sink': {
      const { target } = operator.parameters;
      if (target.kind !== 'file') return operator;
      return { ...operator, parameters: { ...operator.parameters, target: { ...target, path: resolve(userDirectory, target.path) } } };
    }
    default:
      return operator;
  }
}
