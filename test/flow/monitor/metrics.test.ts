import { expect } from 'chai';
import type { OperatorProgress } from '../../../src/engine/Engine';
import { Deployment } from '../../../src/flow/Deployment';
import { metricsText } from '../../../src/flow/monitor/metrics';
import { PrometheusText } from '../../../src/flow/monitor/PrometheusText';
import { ManualClock } from '../../../src/ports/ManualClock';
import { FakeEngine } from '../../support/FakeEngine';
import { FakeRuntime } from '../../support/FakeRuntime';
import { parsePrometheus } from './parsePrometheus';

const HOSTILE = 'x"} 1\ndstream_forged{a="\\" 2';
const counted = (more: Partial<OperatorProgress>): OperatorProgress =>
  ({ recordsIn: 0, recordsOut: 0, failed: 0, skipped: 0, refused: 0, waiting: 0, keys: 0, ...more });

describe('the metrics for Prometheus', () => {
  it('are of every graph, operator and checkpoint, in base units', async () => {
    const runtime = new FakeRuntime();
    const engine = new FakeEngine();
    const clock = new ManualClock(100_000);
    const deployment = new Deployment(runtime, () => engine, clock);
    runtime.deployment = deployment;
    await runtime.deploy({
      r: ['dstream-receiver', {}, 'b'],
      b: ['dstream-batcher', { interval: 2 }, 'c'],
      c: ['dstream-checkpoint', {}, 's'],
      s: ['dstream-sink', {}],
      lonely: ['dstream-batcher', {}, 'x'],
      x: ['dstream-sink', {}],
    });
    const query = engine.only;
    query.emit('batch', { batchTime: 90_000, records: 5, schedulingDelay: 0, processingDelay: 1500 });
    query.emit('batch', { batchTime: 92_000, records: 7, schedulingDelay: 4, processingDelay: 6, failure: 'It broke.' });
    query.emit('progress', {
      operators: { r: counted({ recordsIn: 12, recordsOut: 11, failed: 1, refused: 2, waiting: 3, rateLimit: 100 }), s: counted({ recordsIn: 11, keys: 4, stateBytes: 2048, microsecondsPerRecord: 2.5 }) },
      durability: { state: 'running', text: '', logBytes: 4096, checkpointBytes: 512, checkpointTime: 94_000, deadLetters: 1 },
      active: { batches: [{ batchTime: 94_000, records: 1, state: 'queued', since: 94_000 }], count: 3 },
    });
    const metrics = parsePrometheus(metricsText(deployment));
    const values = (name: string): [labels: string, value: number][] => (metrics.get(name)?.samples ?? []).map(({ labels, value }) => {
      const { graph: _graph, ...others } = labels;
      return [Object.values(others).join(' '), value];
    });
    expect(values('dstream_graph_info')).to.deep.equal([['checkpoint c', 1]]);
    expect(values('dstream_graph_state').filter(([, value]) => value === 1)).to.deep.equal([['running', 1], ['broken', 1]]);
    expect(values('dstream_graph_state')).to.have.length(14);
    expect(values('dstream_graph_problems').map(([, value]) => value)).to.deep.equal([0, deployment.problems.length]);
    expect(values('dstream_batch_interval_seconds')).to.deep.equal([['', 2]]);
    expect(values('dstream_batches_total')).to.deep.equal([['', 2]]);
    expect(values('dstream_batches_failed_total')).to.deep.equal([['', 1]]);
    expect(values('dstream_batch_records_total')).to.deep.equal([['', 12]]);
    expect(values('dstream_unfinished_batches')).to.deep.equal([['', 3]]);
    expect(values('dstream_last_batch_timestamp_seconds')).to.deep.equal([['', 92]]);
    expect(values('dstream_last_batch_scheduling_delay_seconds')).to.deep.equal([['', 0.004]]);
    expect(values('dstream_last_batch_processing_seconds')).to.deep.equal([['', 0.006]]);
    const buckets = (name: string): number[] => (metrics.get(name)?.samples ?? []).map(({ value }) => value);
    // 5, 10, 25, 50, 100, 250, 500 ms, 1, 2.5, 5, 10, 30, 60 s, infinity; sum, count.
    expect(buckets('dstream_batch_processing_seconds')).to.deep.equal([0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1.506, 2]);
    expect(buckets('dstream_batch_total_delay_seconds')).to.deep.equal([0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1.51, 2]);
    expect(metrics.get('dstream_batch_processing_seconds')?.samples.map(({ labels }) => labels['le']).slice(0, 14))
      .to.deep.equal(['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '30', '60', '+Inf']);
    expect(values('dstream_operator_info')).to.deep.equal(['r receiver receiver r', 'b batcher batcher b', 'c checkpoint checkpoint c', 's sink sink s'].map((text) => [text, 1]));
    expect(values('dstream_operator_input_records_total')).to.deep.equal([['r', 12], ['s', 11]]);
    expect(values('dstream_operator_output_records_total')).to.deep.equal([['r', 11], ['s', 0]]);
    expect(values('dstream_operator_failed_records_total')[0]).to.deep.equal(['r', 1]);
    expect(values('dstream_operator_skipped_values_total')[0]).to.deep.equal(['r', 0]);
    expect(values('dstream_operator_refused_records_total')[0]).to.deep.equal(['r', 2]);
    expect(values('dstream_operator_waiting_records')[0]).to.deep.equal(['r', 3]);
    expect(values('dstream_operator_keys')[1]).to.deep.equal(['s', 4]);
    expect(values('dstream_operator_state_bytes')).to.deep.equal([['s', 2048]]);
    expect(values('dstream_operator_code_seconds_per_record')).to.deep.equal([['s', 0.0000025]]);
    expect(values('dstream_operator_rate_limit_records_per_second')).to.deep.equal([['r', 100]]);
    expect(values('dstream_checkpoint_age_seconds')).to.deep.equal([['', 6]]);
    expect(values('dstream_checkpoint_bytes')).to.deep.equal([['', 512]]);
    expect(values('dstream_log_bytes')).to.deep.equal([['', 4096]]);
    expect(values('dstream_dead_letters')).to.deep.equal([['', 1]]);
  });

  it('are none where there is no graph', () => {
    const runtime = new FakeRuntime();
    expect(metricsText(new Deployment(runtime, () => new FakeEngine(), new ManualClock(0)))).to.equal('');
  });

  it('cannot be forged by a name', () => {
    const text = new PrometheusText();
    text.metric('dstream_info', 'gauge', 'A help\nin \\ two lines.', [[{ name: HOSTILE, empty: '' }, 1], [{}, Infinity], [{ a: 'b' }, 1e-7], [{ a: 'c' }, 1e21]]);
    const metrics = parsePrometheus(text.toString());
    expect([...metrics.keys()]).to.deep.equal(['dstream_info']);
    expect(metrics.get('dstream_info')?.help).to.equal('A help\\nin \\\\ two lines.');
    expect(metrics.get('dstream_info')?.samples.map(({ labels, value }) => [labels, value]))
      .to.deep.equal([[{ name: HOSTILE, empty: '' }, 1], [{}, Infinity], [{ a: 'b' }, 1e-7], [{ a: 'c' }, 1e21]]);
  });
});

describe('parsePrometheus', () => {
  it('refuses what is not in the format', () => {
    const head = '# HELP a b\n# TYPE a gauge\n';
    const wrong = ['a 1\n', `${head}a 1`, `${head}b 1\n`, `${head}a 1\na 2\n`, `${head}a{b="c} 1\n`, `${head}a{b="c",b="d"} 1\n`, `${head}a{b='c'} 1\n`, `${head}a one\n`, `${head}a  1\n`,
      head, '# TYPE a gauge\na 1\n', '# HELP a b\n# TYPE a counter\na 1\n', '# HELP a b\n# TYPE a odd\na 1\n', `${head}a 1\n\n`, `${head}a 1\n${head}a 2\n`, `${head}a{b="\\x"} 1\n`];
    for (const text of wrong) expect(() => parsePrometheus(text), JSON.stringify(text)).to.throw();
    expect(parsePrometheus(`${head}a{b="c"} 1\n`).size).to.equal(1);
  });
});
