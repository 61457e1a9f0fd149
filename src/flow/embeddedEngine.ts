import { EmbeddedEngine } from '../engine/EmbeddedEngine';
import type { Engine } from '../engine/Engine';
import type { EngineNode } from './draw';
import { DEFAULT_ENGINE } from './engineSettings';

/** The engine that comes with this package, set up as an engine node says, or by default. */
export function embeddedEngine(engine: EngineNode | undefined): Engine {
  return new EmbeddedEngine(engine?.settings ?? DEFAULT_ENGINE);
}
