import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Node, NodeAPI, NodeInitializer, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import batcher from '../../nodes/batcher/batcher';
import checkpoint from '../../nodes/checkpoint/checkpoint';
import engine from '../../nodes/engine/engine';
import join from '../../nodes/join/join';
import map from '../../nodes/map/map';
import receiver from '../../nodes/receiver/receiver';
import reduceByKey from '../../nodes/reduceByKey/reduceByKey';
import sink from '../../nodes/sink/sink';
import state from '../../nodes/state/state';
import statistics from '../../nodes/statistics/statistics';
import window from '../../nodes/window/window';
import type { Deployment, EngineFor } from '../../src/flow/Deployment';
import { deploymentOf, deploymentWith } from '../../src/flow/deploymentOf';
import { embeddedEngine } from '../../src/flow/embeddedEngine';
import { FakeEngine } from '../support/FakeEngine';

const fromHere = createRequire(__filename);
const core = (path: string): NodeInitializer => fromHere(`@node-red/nodes/core/${path}`) as NodeInitializer;

const junction = core('common/05-junction.js');
const link = core('common/60-link.js');
const functionNode = core('function/10-function.js');

export interface FlowItem {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Nodes of one tab: each gets its `z`. */
export function tab(id: string, nodes: readonly FlowItem[]): FlowItem[] {
  return [{ id, type: 'tab', label: id }, ...nodes.map((node) => ({ z: id, x: 0, y: 0, ...node }))];
}

/** What a test works with while flows are loaded. */
export interface Loaded {
  readonly deployment: Deployment;
  readonly engine: FakeEngine;
  readonly events: EventEmitter;
}

/** Loads a flow into Node-RED's test runtime, with an engine that runs nothing. */
export async function load(flow: readonly FlowItem[]): Promise<Loaded> {
  const fake = new FakeEngine();
  return { ...(await loadWith(flow, () => fake)), engine: fake };
}

/** Loads a flow with the engines that users get. */
export function loadReal(flow: readonly FlowItem[]): Promise<Omit<Loaded, 'engine'>> {
  return loadWith(flow, embeddedEngine);
}

async function loadWith(flow: readonly FlowItem[], engineFor: EngineFor): Promise<Omit<Loaded, 'engine'>> {
  let api: NodeAPI | undefined;
  const first: NodeInitializer = (given) => {
    api = given;
    deploymentWith(given, engineFor);
  };
  await helper.load(
    [first, receiver, batcher, map, window, reduceByKey, state, join, checkpoint, sink, statistics, engine, junction, link, functionNode],
    flow as Parameters<typeof helper.load>[1],
  );
  if (api === undefined) return expect.fail('no node set was loaded');
  const deployment = deploymentOf(api);
  await deployment.whenSettled();
  return { deployment, events: api.events };
}

/** Deploys another flow. */
export async function deploy(
  { deployment }: { readonly deployment: Deployment },
  flow: readonly FlowItem[],
  type: 'full' | 'flows' | 'nodes',
): Promise<void> {
  await helper.setFlows(flow as Parameters<typeof helper.setFlows>[0], type);
  await deployment.whenSettled();
}

/** Takes everything down; what is left over must be nothing. */
export async function unload(
  { deployment, events }: { readonly deployment: Deployment; readonly events: EventEmitter },
): Promise<void> {
  await helper.unload();
  await deployment.whenSettled();
  expect(deployment.graphs).to.deep.equal([]);
  for (const name of ['flows:stopping', 'flows:stopped', 'flows:started']) expect(events.listenerCount(name), name).to.equal(0);
}

export function node(id: string): Node {
  const found = helper.getNode(id) as Node | null;
  return found ?? expect.fail(`There is no node ${id}.`);
}

/** The next messages that reach a node. */
export function messages(id: string, count: number): Promise<NodeMessageInFlow[]> {
  return new Promise((resolve) => {
    const received: NodeMessageInFlow[] = [];
    node(id).on('input', (message) => {
      received.push(message);
      if (received.length === count) resolve(received);
    });
  });
}

/** Lets everything that was put off to the next turns of the event loop happen. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
