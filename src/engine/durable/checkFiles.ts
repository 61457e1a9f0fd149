import { textOf } from '../textOf';
import { damageFound } from './durabilityProblems';
import type { FileCheck } from './FileCheck';
import type { KeeperHost } from './KeeperHost';

/**
 * Reads all files of a graph again, tells what is damaged, and has it mended. Never rejects.
 * @param node is told
 * @param makeCheckpoint asks for one: what is in memory is right, and soon the disk has it again
 */
export async function checkFiles(check: FileCheck, node: string, host: KeeperHost, makeCheckpoint: () => Promise<void>): Promise<void> {
  try {
    const damaged = await check.run();
    if (damaged === undefined) return;
    if (damaged.length === 0) {
      host.log('The files of the graph were read again, and all are as they were written.');
      return;
    }
    for (const error of damaged) host.problem(damageFound(node, error));
    // Whether there is one, the figures say.
    makeCheckpoint().catch(() => undefined);
  } catch (thrown) {
    host.warn(`The files of the graph could not be read again: ${textOf(thrown)}. It is tried again in a day.`);
  }
}
