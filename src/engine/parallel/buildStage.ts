import { unionOf } from '../../streaming/dstream/TransformedDStream';
import type { BuildEnvironment, BuiltStream } from '../BuildEnvironment';
import { receive } from '../prepare/receiver';
import type { Helpers } from './Helpers';
import { SharedBranch } from './SharedBranch';
import type { Stage } from './Stage';

/** The stream at the end of a stage, whose work several threads share. */
export function buildStage(stage: Stage, environment: BuildEnvironment, helpers: Helpers): BuiltStream {
  const branches = stage.branches.map((branch) => {
    const { stream, ...about } = receive(branch.receiver, environment);
    return { ...about, stream: new SharedBranch(branch, environment, helpers).stream(stream) };
  });
  return {
    stream: unionOf(branches.map(({ stream }) => stream)),
    span: environment.plan.batchInterval,
    completeSince: () => Math.max(...branches.map(({ completeSince }) => completeSince())),
  };
}
