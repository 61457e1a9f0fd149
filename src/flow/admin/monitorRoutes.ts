import type { NodeAPI } from 'node-red';
import type { Deployment } from '../Deployment';
import { metricsText } from '../monitor/metrics';
import { Monitor } from '../monitor/Monitor';
import { Refusal } from './AdminRequest';
import { answer } from './answer';
import { monitorQuestion, wholeNumber } from './monitorQuestion';

/** The content type of Prometheus' text format. */
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** What is told of the graphs. All of it is read only when somebody asks. */
export function addMonitorRoutes(api: NodeAPI, deployment: Deployment): void {
  const monitor = new Monitor(deployment);
  const may = api.auth.needsPermission('dstream.read');

  api.httpAdmin.get('/dstream/graphs', may, (_request, response) => {
    response.json(deployment.graphs.map((graph) => graph.figures));
  });

  api.httpAdmin.get('/dstream/graphs/:graph/batches/:time', may, (request, response) => {
    answer(api, response, () => {
      const batchTime = wholeNumber(request.params.time);
      if (batchTime === undefined) throw new Refusal(400, 'The time of a batch must be a whole number: ms since the epoch.');
      const details = monitor.details(String(request.params.graph), batchTime);
      if (details === undefined) {
        throw new Refusal(404, 'There is no such batch. Only the newest batches of graphs that run are remembered.');
      }
      return details;
    });
  });

  api.httpAdmin.get('/dstream/monitor', may, (request, response) => {
    answer(api, response, () => monitor.snapshot(monitorQuestion(request.query)));
  });

  api.httpAdmin.get('/dstream/metrics', may, (_request, response) => {
    response.set('Content-Type', PROMETHEUS).send(metricsText(deployment));
  });
}
