import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcess } from '../../test/support/ChildProcess';
import type { FlowNode } from '../../test/support/NodeRed';
import { KilledNodeRed } from '../../test/support/kills/KilledNodeRed';
import { packageRoot } from '../../test/support/packageRoot';
import type { LoopDelays, MeterFigures } from './meter';
import { ask } from './questions';

const METER = join(__dirname, 'meter.js');

/** A process that is measured: it has a meter in it. */
export class Subject {
  readonly process: ChildProcess;
  /** From the start of the process until it could work: ms. */
  readonly startTime: number;
  /** Of a Node-RED's admin API; empty for another program. */
  readonly url: string;

  private constructor(process: ChildProcess, startTime: number, url = '') {
    this.process = process;
    this.startTime = startTime;
    this.url = url;
  }

  /** A real Node-RED, in which nothing is loaded that an ordinary one does not have, except the meter. */
  static async nodeRed(
    folder: string,
    flows: readonly FlowNode[],
    options: { readonly nodeParameters?: readonly string[]; readonly withPalette?: boolean } = {},
  ): Promise<Subject> {
    const { nodeParameters = [], withPalette = true } = options;
    await mkdir(folder, { recursive: true });
    const prepared = await KilledNodeRed.prepare(folder, flows, [...nodeParameters, '--require', METER], withPalette ? [packageRoot] : []);
    const life = await prepared.begin();
    return new Subject(life.process, (await life.started()) - life.begun, life.url);
  }

  /** A program of bench/support that prints `ready` when it is. */
  static async program(process: ChildProcess): Promise<Subject> {
    const begun = Date.now();
    await process.line(/^ready$/, 10_000);
    return new Subject(process, Date.now() - begun);
  }

  static readonly meterParameters: readonly string[] = ['--require', METER];

  figures(): Promise<MeterFigures> {
    return ask(this.process, { ask: 'figures' });
  }

  watch(): Promise<void> {
    return ask(this.process, { ask: 'watch' });
  }

  delays(): Promise<LoopDelays> {
    return ask(this.process, { ask: 'delays' });
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }
}
