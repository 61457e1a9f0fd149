import { createHash } from 'node:crypto';
import type { Problem } from '../plan/Problem';
import { compile, type Compiled, type Hint } from './compile';
import { discover } from './discover';
import { DEFAULT_ENGINE, engineSettings, type EngineSettings } from './engineSettings';
import { environmentOf } from './environment';
import { fileSinkProblems } from './fileSinkProblems';
import { problems, problemText } from './problems';
import type { GraphOrder } from './GraphOrder';
import type { NodeProperties, Runtime } from './Runtime';
import { resolveFolders } from './resolveFolders';
import { secretsOf } from './secrets';
import { endpointProblems } from './web/endpointProblems';
import type { RegisteredNode } from './StreamNode';
import { tooNewProblems } from './tooNewProblems';

/** An engine node: where and how graphs run. */
export interface EngineNode {
  readonly id: string;
  readonly settings: EngineSettings;
  readonly problems: readonly Problem[];
}

/** @param newestVersion of the dialog that is known here; none is too new when left out */
export function engineNode(id: string, properties: NodeProperties, newestVersion?: number): EngineNode {
  const tooNew = tooNewProblems(id, 'the engine node', properties, newestVersion);
  return tooNew.length > 0 ? { id, settings: DEFAULT_ENGINE, problems: tooNew } : { id, ...engineSettings(id, properties) };
}

/** One graph as it is drawn, ready to run, or what keeps it from running. */
export interface GraphDrawing {
  /** Ids of the drawn nodes. */
  readonly nodes: readonly string[];
  /** Undefined where there are problems. */
  readonly order: GraphOrder | undefined;
  readonly engine: EngineNode | undefined;
  readonly problems: readonly Problem[];
  readonly hints: readonly Hint[];
}

/** Reads all graphs that are drawn at this moment and completes each with what its plan refers to. */
export function draw(
  streams: ReadonlyMap<string, RegisteredNode>,
  engines: ReadonlyMap<string, EngineNode>,
  runtime: Runtime,
): GraphDrawing[] {
  const properties = runtime.properties();
  const graphs = discover(streams.keys(), {
    node: (id) => runtime.node(id),
    streamType: (id) => streams.get(id)?.type,
    properties: (id) => properties.get(id),
  });
  const registered = (id: string): RegisteredNode => {
    const node = streams.get(id);
    if (node === undefined) throw new Error(`There is no stream node ${id}.`);
    return node;
  };
  const drawings = graphs.map((graph) => {
    const compiled = compile(graph, (id) => {
      const { type, node, properties: dialog, newestVersion } = registered(id);
      return { type, name: node.name, properties: dialog, newestVersion };
    });
    return complete(compiled, registered, engines, runtime, properties);
  });
  return checkFiles(checkEndpoints(drawings, runtime, properties), registered);
}

/** Graphs with sinks that would write the same files do not run. */
function checkFiles(drawings: readonly GraphDrawing[], registered: (id: string) => RegisteredNode): GraphDrawing[] {
  const found = fileSinkProblems(drawings.flatMap(({ order }) => order?.plan ?? []), (id) => {
    const { name } = registered(id).node;
    return name === undefined || name === '' ? `sink ${id}` : `sink "${name}"`;
  });
  return found.length === 0 ? [...drawings] : drawings.map((drawing) => withProblems(drawing, found));
}

/** Graphs whose endpoints are in each other's way, or have no place, do not run. */
function checkEndpoints(
  drawings: readonly GraphDrawing[],
  runtime: Runtime,
  properties: ReadonlyMap<string, NodeProperties>,
): GraphDrawing[] {
  const endpoints = drawings.flatMap(({ order }) =>
    (order?.plan.operators ?? []).flatMap((operator) =>
      operator.type === 'receiver' && operator.parameters.source.kind === 'http'
        ? [{ nodeId: operator.id, path: operator.parameters.source.path }]
        : [],
    ),
  );
  if (endpoints.length === 0) return [...drawings];
  const others = [...properties].filter(([id, { type }]) => type === 'http in' && runtime.node(id) !== undefined);
  const found = endpointProblems(endpoints, others.map(([, other]) => other), runtime.web);
  return drawings.map((drawing) => withProblems(drawing, found));
}

/** A drawing with what concerns its nodes. */
function withProblems(drawing: GraphDrawing, found: readonly Problem[]): GraphDrawing {
  const own = found.filter(({ nodeId }) => drawing.nodes.includes(nodeId));
  return own.length === 0 ? drawing : { ...drawing, order: undefined, problems: [...drawing.problems, ...own] };
}

function complete(
  compiled: Compiled,
  registered: (id: string) => RegisteredNode,
  engines: ReadonlyMap<string, EngineNode>,
  runtime: Runtime,
  properties: ReadonlyMap<string, NodeProperties>,
): GraphDrawing {
  const { nodes, plan, hints } = compiled;
  const engine = compiled.engine === '' ? undefined : engines.get(compiled.engine);
  if (plan === undefined) return { nodes, order: undefined, engine, problems: compiled.problems, hints };
  const { secrets, problems: connectionProblems, warnings } = secretsOf(plan, {
    node: (id) => runtime.node(id),
    properties: (id) => properties.get(id),
    dialog: (id) => registered(id).properties,
    instanceId: runtime.instanceId,
  });
  const batcher = nodes.find((id) => registered(id).type === 'batcher') ?? plan.graph;
  const found = [
    ...connectionProblems,
    ...(compiled.engine !== '' && engine === undefined ? [problems.engineMissing(batcher)] : []),
    ...(engine?.problems ?? []).map((problem) => ({ ...problem, nodeId: batcher, what: `engine: ${problem.what}` })),
  ];
  const environment = environmentOf(plan, (name, id) => runtime.environment(name, registered(id).node));
  const { utilPath } = runtime;
  const order: GraphOrder = {
    plan: resolveFolders(plan, runtime.userDirectory),
    options: {
      secrets,
      taps: compiled.taps,
      environment,
      instance: instanceName(runtime.instanceId),
      ...(utilPath === undefined ? {} : { utilPath }),
    },
    engine: JSON.stringify(engine?.settings ?? DEFAULT_ENGINE),
  };
  return {
    nodes,
    order: found.length === 0 ? order : undefined,
    engine,
    problems: found,
    hints: [...hints, ...warnings.map(warningHint)],
  };
}

/** Short, and says nothing about the Node-RED that has it: it goes to servers and brokers with every message of a sink. */
function instanceName(instanceId: string): string {
  return createHash('sha256').update(instanceId).digest('hex').slice(0, 12);
}

function warningHint(warning: Problem): Hint {
  return { nodeId: warning.nodeId, text: problemText(warning), level: 'warn' };
}
