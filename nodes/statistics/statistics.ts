import type { Node, NodeAPI, NodeDef } from 'node-red';
import { deploymentOf } from '../../src/flow/deploymentOf';
import { StatisticsReporter } from '../../src/flow/monitor/StatisticsReporter';
import { statisticsSettings } from '../../src/flow/monitor/statisticsSettings';
import { problemText } from '../../src/flow/problems';
import { statusText } from '../../src/flow/statusText';
import { tooNewProblems } from '../../src/flow/tooNewProblems';
import { migrate, newestVersion } from '../shared/migrate';
import { MIGRATIONS } from '../shared/migrations';

/** What the statistics dialog stores; numbers may arrive as strings. */
interface StatisticsProperties extends NodeDef {
  version: number;
  /** The id of any stream node of the graph; '' for every graph. */
  graph: string;
  every: 'batch' | 'interval';
  interval: number | string;
  intervalUnits: 'ms' | 's' | 'min' | 'h';
}

export = function statisticsNode(api: NodeAPI): void {
  const deployment = deploymentOf(api);

  function StatisticsNode(this: Node, config: StatisticsProperties): void {
    api.nodes.createNode(this, config);
    const properties = migrate({ ...config }, MIGRATIONS.statistics);
    const { settings, problems } = statisticsSettings(this.id, properties);
    const [problem] = [...tooNewProblems(this.id, 'the node', properties, newestVersion(MIGRATIONS.statistics)), ...problems];
    this.status(problem === undefined ? {} : { fill: 'red', shape: 'ring', text: statusText(problem.what) });
    if (problem !== undefined) {
      this.error(problemText(problem));
      return;
    }
    const reporter = new StatisticsReporter(settings, deployment, (message) => {
      this.send(message);
    });
    this.on('close', () => {
      reporter.close();
    });
  }

  api.nodes.registerType('dstream-statistics', StatisticsNode);
};
