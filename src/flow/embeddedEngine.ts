import { EmbeddedEngine } from '../engine/EmbeddedEngine';
import type { Engine } from '../engine/Engine';
import type { EngineNode } from './draw';
import { DEFAULT_ENGINE } from './engineSettings';

const defaultEngine = new EmbeddedEngine(DEFAULT_ENGINE);

/** One engine for each engine node, since its graphs may share a thread. */
const engines = new WeakMap<EngineNode, Engine>();

/** The engine that comes with this package, set up as an engine node says, or by default. */
export function embeddedEngine(node: EngineNode | undefined): Engine {
  if (node === undefined) return defaultEngine;
  let engine = engines.get(node);
  if (engine === undefined) {
    engine = new EmbeddedEngine(node.settings);
    engines.set(node, engine);
  }
  return engine;
}
