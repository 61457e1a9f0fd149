import type { BatchEvent, OperatorProgress } from '../../engine/Engine';
import type { GraphFigures } from '../graphFigures';
import type { RunningGraph } from '../RunningGraph';
import { BOUNDS, type DurationHistogram } from './DurationHistogram';
import { standing, stateOf } from './graphMonitor';
import type { Monitored } from './Monitor';
import { type HistogramSample, type Labels, PrometheusText, type Sample } from './PrometheusText';
import type { GraphState } from './snapshot';

const STATES: readonly GraphState[] = ['starting', 'running', 'paused', 'restarting', 'refused', 'failed', 'broken'];

type DurabilityFigures = NonNullable<GraphFigures['durability']>;

/** One figure of operators: its metric's name and help, its kind, and where it comes from; undefined where there is none. */
type OperatorMetric = readonly [
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: (figures: OperatorProgress) => number | undefined,
];

const OPERATOR_METRICS: readonly OperatorMetric[] = [
  ['input_records_total', 'counter', 'Records that came into an operator.', ({ recordsIn }) => recordsIn],
  ['output_records_total', 'counter', 'Records that an operator gave.', ({ recordsOut }) => recordsOut],
  ['failed_records_total', 'counter', 'Records that could not be decoded, or on which a function threw.', ({ failed }) => failed],
  ['skipped_values_total', 'counter', 'Values that an aggregate could not use.', ({ skipped }) => skipped],
  ['refused_records_total', 'counter', 'Records that were refused because a limit was reached.', ({ refused }) => refused],
  ['waiting_records', 'gauge', 'Records that wait for a batch, or for delivery.', ({ waiting }) => waiting],
  ['keys', 'gauge', 'Keys that an operator keeps.', ({ keys }) => keys],
  ['state_bytes', 'gauge', 'Size of keyed state or of a window, estimated.', ({ stateBytes }) => stateBytes],
  ['code_seconds_per_record', 'gauge', 'Time in the function of an operator for one record, estimated.',
    ({ microsecondsPerRecord }) => (microsecondsPerRecord === undefined ? undefined : microsecondsPerRecord / 1e6)],
  ['rate_limit_records_per_second', 'gauge', 'Rate to which back-pressure limits a receiver.', ({ rateLimit }) => rateLimit],
];

/** A graph, and the label that all of its samples have. */
interface Labelled {
  readonly graph: RunningGraph;
  readonly labels: Labels;
}

/** The figures of all graphs in Prometheus' text format. Names of nodes stand in the two `_info` metrics alone. */
export function metricsText({ graphs, broken, clock }: Pick<Monitored, 'graphs' | 'broken' | 'clock'>): string {
  const text = new PrometheusText();
  const all = graphs.map((graph): Labelled => ({ graph, labels: { graph: graph.plan.graph } }));
  text.metric('dstream_graph_info', 'gauge', 'A graph, and the name of its checkpoint or batcher.',
    all.map(({ graph, labels }) => [{ ...labels, name: graph.nameOf(graph.plan.graph) }, 1]));
  text.metric('dstream_graph_state', 'gauge', 'The state of a graph: 1 for the one that it is in, 0 for the others.', [
    ...all.flatMap(({ graph, labels }) => stateSamples(labels, stateOf(graph))),
    ...broken.flatMap(({ id }) => stateSamples({ graph: id }, 'broken')),
  ]);
  text.metric('dstream_graph_problems', 'gauge', 'Problems of a graph that stand until something is changed.', [
    ...all.map(({ graph, labels }): Sample => [labels, standing(graph).length]),
    ...broken.map(({ id, problems }): Sample => [{ graph: id }, problems.length]),
  ]);
  addBatches(text, all);
  addOperators(text, all);
  addDurability(text, all, clock.now());
  return text.toString();
}

function stateSamples(labels: Labels, current: GraphState): Sample[] {
  return STATES.map((state) => [{ ...labels, state }, state === current ? 1 : 0]);
}

function addBatches(text: PrometheusText, all: readonly Labelled[]): void {
  type Value = (graph: RunningGraph) => number | undefined;
  const metric = (name: string, type: 'counter' | 'gauge', help: string, value: Value): void => {
    text.metric(`dstream_${name}`, type, help, present(all.map(({ graph, labels }) => [labels, value(graph)])));
  };
  const last = (value: (event: BatchEvent) => number) => ({ history: { lastBatch } }: RunningGraph) =>
    lastBatch === undefined ? undefined : value(lastBatch) / 1000;
  metric('batch_interval_seconds', 'gauge', 'Time from one batch to the next.', ({ plan }) => plan.batchInterval / 1000);
  metric('batches_total', 'counter', 'Batches that have ended.', ({ history }) => history.counts.batches);
  metric('batches_failed_total', 'counter', 'Batches that have failed.', ({ history }) => history.counts.failedBatches);
  metric('batch_records_total', 'counter', 'Records that went into batches.', ({ history }) => history.counts.records);
  metric('unfinished_batches', 'gauge', 'Batches that wait or run.', ({ history }) => history.unfinished.count);
  metric('last_batch_timestamp_seconds', 'gauge', 'Time of the last batch that has ended.', last(({ batchTime }) => batchTime));
  metric('last_batch_scheduling_delay_seconds', 'gauge', 'Time that the last batch waited before it began.',
    last(({ schedulingDelay }) => schedulingDelay));
  metric('last_batch_processing_seconds', 'gauge', 'Time that the last batch ran.',
    last(({ processingDelay }) => processingDelay));
  text.histogram('dstream_batch_processing_seconds', 'Time that batches ran.',
    all.map(({ graph, labels }) => histogramSample(labels, graph.history.counts.processing)));
  text.histogram('dstream_batch_total_delay_seconds', 'Time from when batches were due until they had ended.',
    all.map(({ graph, labels }) => histogramSample(labels, graph.history.counts.total)));
}

function histogramSample(labels: Labels, { cumulative, sum, count }: DurationHistogram): HistogramSample {
  return { labels, bounds: BOUNDS.map((bound) => bound / 1000), cumulative, sum: sum / 1000, count };
}

function addOperators(text: PrometheusText, all: readonly Labelled[]): void {
  const operators = all.flatMap(({ graph, labels }) => {
    const { operators: figures } = graph.figures;
    return graph.plan.operators.map(({ id, type }) => ({
      info: { ...labels, operator: id, type, name: graph.nameOf(id) },
      labels: { ...labels, operator: id },
      figures: figures[id],
    }));
  });
  text.metric('dstream_operator_info', 'gauge', 'An operator of a graph: its type, and the name of its node.',
    operators.map(({ info }) => [info, 1]));
  for (const [name, type, help, value] of OPERATOR_METRICS) {
    text.metric(`dstream_operator_${name}`, type, help,
      present(operators.map(({ labels, figures }) => [labels, figures === undefined ? undefined : value(figures)])));
  }
}

function addDurability(text: PrometheusText, all: readonly Labelled[], now: number): void {
  const durable = all.map(({ graph, labels }) => ({ labels, figures: graph.figures.durability }));
  const metric = (name: string, help: string, value: (figures: DurabilityFigures) => number | undefined): void => {
    text.metric(`dstream_${name}`, 'gauge', help,
      present(durable.map(({ labels, figures }) => [labels, figures === undefined ? undefined : value(figures)])));
  };
  metric('checkpoint_age_seconds', 'Time since the newest checkpoint was made.', ({ checkpointTime }) =>
    checkpointTime === undefined ? undefined : Math.max(0, now - checkpointTime) / 1000);
  metric('checkpoint_bytes', 'Size of the newest checkpoint.', ({ checkpointBytes }) => checkpointBytes);
  metric('log_bytes', 'Size of the log.', ({ logBytes }) => logBytes);
  metric('dead_letters', 'Records that were put aside because they could not be processed or delivered.',
    ({ deadLetters }) => deadLetters);
}

/** Those samples that have a value. */
function present(samples: readonly (readonly [labels: Labels, value: number | undefined])[]): Sample[] {
  return samples.flatMap(([labels, value]) => (value === undefined ? [] : [[labels, value] as const]));
}
