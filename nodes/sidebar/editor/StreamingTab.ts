import uPlotStyles from 'uplot/dist/uPlot.min.css';
import type { GraphLine, GraphMonitor } from '../../../src/flow/monitor/snapshot';
import type { Translate } from '../../shared/editor/translate';
import { ActionBar } from './ActionBar';
import { BatchList } from './BatchList';
import { BatchPanel } from './BatchPanel';
import { CanvasBadges } from './canvas/CanvasBadges';
import { ChartGroup } from './ChartGroup';
import { CheckpointView } from './CheckpointView';
import { graphOfNode } from './chooseGraph';
import { element, setShown, setText } from './dom';
import { EditorHost } from './EditorHost';
import { EmptyState } from './EmptyState';
import { failureKey } from './failureKey';
import { formatCount } from './formats';
import { GraphChooser } from './GraphChooser';
import { GraphFacts } from './GraphFacts';
import type { GraphView } from './GraphView';
import { LossList } from './losses/LossList';
import { LossWatch } from './losses/LossWatch';
import { PlanView } from './plan/PlanView';
import { ProblemList } from './ProblemList';
import { RuntimeApi } from './RuntimeApi';
import { SavepointList } from './SavepointList';
import { Section } from './Section';
import styles from './sidebar.css';
import { type Picture, SnapshotFeed } from './SnapshotFeed';
import { SourceList } from './SourceList';
import { Visibility } from './Visibility';

/** The Streaming tab: one graph, live, while somebody looks. */
export class StreamingTab {
  readonly content = element('div', 'dstream-tab');
  readonly #host = new EditorHost();
  readonly #api = new RuntimeApi();
  readonly #feed: SnapshotFeed;
  readonly #visibility: Visibility;

  readonly #notice = element('div', 'dstream-notice');
  readonly #empty: EmptyState;
  readonly #chooser: GraphChooser;
  readonly #facts: GraphFacts;
  readonly #actions: ActionBar;
  readonly #body = element('div');
  readonly #problems: ProblemList;
  readonly #charts: ChartGroup;
  readonly #plan: PlanView;
  readonly #batches: BatchList;
  readonly #batchPanel: BatchPanel;
  readonly #sources: SourceList;
  readonly #losses: LossList;
  readonly #checkpoint: CheckpointView;
  readonly #savepoints: SavepointList;
  readonly #badges: CanvasBadges;
  readonly #sections;
  #view: GraphView | undefined;
  #lines: readonly GraphLine[] = [];

  constructor() {
    const { text } = this.#host;
    document.head.append(element('style', '', `${uPlotStyles}\n${styles}`));
    this.#feed = new SnapshotFeed(this.#api, { show: (picture) => this.#show(picture), fail: (status) => this.#fail(status) });
    this.#sections = {
      problems: new Section(text('section.problems')),
      charts: new Section(text('section.charts')),
      plan: new Section(text('section.plan')),
      batches: new Section(text('section.batches')),
      sources: new Section(text('section.sources')),
      checkpoint: new Section(text('section.checkpoint')),
    };
    const onPick = (batchTime: number): void => this.#pick(batchTime);
    this.#chooser = new GraphChooser(this.#host, (graph) => this.#feed.choose(graph));
    this.#facts = new GraphFacts(this.#host);
    this.#actions = new ActionBar(this.#host, this.#api, () => {
      this.#savepoints.forget();
      this.#feed.askNow();
    });
    this.#empty = new EmptyState(this.#host);
    this.#problems = new ProblemList(this.#host, () => this.#actions.salvage());
    this.#charts = new ChartGroup(this.#host, onPick);
    this.#plan = new PlanView(this.#sections.plan.content, this.#host);
    this.#batchPanel = new BatchPanel(this.#host, this.#api);
    this.#batches = new BatchList(this.#host, onPick);
    this.#sources = new SourceList(this.#host);
    this.#losses = new LossList(this.#host, new LossWatch(this.#host));
    this.#checkpoint = new CheckpointView(this.#host);
    this.#savepoints = new SavepointList(this.#host, this.#api, (command, body, done) => this.#actions.send(command, body, done));
    this.#badges = new CanvasBadges(this.#host);
    this.#put();
    this.#visibility = new Visibility(this.content, (isVisible) => this.#look(isVisible));
    RED.events.on('view:selection-changed', () => this.#follow());
  }

  get text(): Translate {
    return this.#host.text;
  }

  #put(): void {
    const { problems, charts, plan, batches, sources, checkpoint } = this.#sections;
    problems.content.append(this.#problems.element);
    charts.content.append(this.#charts.element);
    batches.content.append(this.#batchPanel.element, this.#batches.element);
    sources.content.append(this.#sources.element);
    checkpoint.content.append(this.#losses.element, this.#checkpoint.element, this.#savepoints.element);
    const parts = [problems, charts, plan, batches, sources, checkpoint].map((section) => section.element);
    const update = (): void => {
      if (this.#view !== undefined) this.#update(this.#view);
    };
    for (const part of parts) part.addEventListener('toggle', update);
    this.#body.append(this.#facts.element, this.#actions.element, ...parts);
    this.#notice.setAttribute('role', 'status');
    this.#notice.textContent = this.#host.text('notice.connecting');
    setShown(this.#chooser.element, false);
    setShown(this.#body, false);
    this.content.append(this.#notice, this.#empty.element, this.#chooser.element, this.#body);
  }

  /** Begins or ends to ask the runtime. */
  #look(isVisible: boolean): void {
    if (isVisible) {
      this.#feed.start();
      this.#follow();
    } else {
      this.#feed.stop();
      this.#badges.hide();
    }
  }

  #show({ snapshot, shown, graph, history }: Picture): void {
    this.#lines = snapshot.graphs;
    const isEmpty = shown === undefined;
    setShown(this.#empty.element, isEmpty);
    setShown(this.#chooser.element, !isEmpty);
    this.#chooser.show(snapshot, shown, graph);
    this.#tell(!isEmpty && graph === undefined ? this.#host.text('notice.noFigures') : '');
    setShown(this.#body, graph !== undefined);
    if (graph === undefined || history === undefined) {
      this.#view = undefined;
      this.#badges.show(undefined);
      return;
    }
    if (graph.id !== this.#view?.graph.id) this.#change();
    this.#view = { graph, history, time: snapshot.time };
    this.#update(this.#view);
  }

  /** Another graph than before. */
  #change(): void {
    this.#batchPanel.close();
    this.#batches.clear();
  }

  #update(view: GraphView): void {
    const { graph } = view;
    const { problems, charts, plan, batches, sources, checkpoint } = this.#sections;
    // Of a drawing that cannot run there is nothing but its problems.
    const canRun = graph.state !== 'broken';
    setShown(this.#facts.element, canRun);
    setShown(this.#actions.element, canRun);
    for (const section of [charts, plan, batches, sources]) section.setShown(canRun);
    problems.setShown(graph.problems.length > 0);
    problems.note(formatCount(graph.problems.length));
    checkpoint.setShown(graph.durability !== undefined);
    batches.note(this.#batches.isHeld ? this.#host.text('batch.held') : this.#activeText(graph));
    if (problems.isOpen) this.#problems.show(view);
    this.#badges.show(canRun ? graph : undefined);
    if (!canRun) return;
    this.#facts.show(view);
    this.#actions.show(view);
    // What is folded costs nothing.
    if (charts.isOpen) this.#charts.show(view);
    if (plan.isOpen) this.#plan.show(graph);
    if (batches.isOpen) this.#batches.show(view);
    if (sources.isOpen) this.#sources.show(view);
    if (checkpoint.isOpen && graph.durability !== undefined) {
      this.#losses.show(graph.id);
      this.#checkpoint.show(view);
      this.#savepoints.show(view);
    }
  }

  #activeText({ activeCount }: GraphMonitor): string {
    return activeCount > 0 ? this.#host.text('batch.active', { count: formatCount(activeCount) }) : '';
  }

  #fail(status: number): void {
    this.#tell(this.#host.hindrance('dstream.read') ?? this.#host.text(failureKey(status), { status }));
    this.#badges.show(undefined);
  }

  /** Says a sentence on top; nothing where there is none to say. */
  #tell(sentence: string): void {
    setText(this.#notice, sentence);
    setShown(this.#notice, sentence !== '');
  }

  #pick(batchTime: number): void {
    if (this.#view === undefined) return;
    this.#sections.batches.open();
    this.#batchPanel.open(this.#view, batchTime);
  }

  /** Shows the graph of the stream node that is selected on the canvas. */
  #follow(): void {
    if (!this.#visibility.isVisible || !this.#api.mayAsk()) return;
    const node = this.#host.selected();
    if (node === undefined) return;
    this.#api.operators((graphs) => {
      // Those that do not run are not among them.
      const drawn = this.#lines.map(({ id }) => ({ graph: id, operators: {} }));
      const graph = graphOfNode(node, [...graphs, ...drawn]);
      if (graph !== undefined && this.#host.selected() === node) this.#feed.choose(graph);
    });
  }
}
