import type { ChartSpec, CheckReport, RunStatus, ScoreReport, Stage } from '@/api/types';
import { STAGES } from '@/api/types';
import { OutputLog } from './output';
import type { Answer } from './question';
import { Series, type SeriesName } from './series';
import type { LiveEvent } from './sse';
import type {
  FileView,
  NoticeItem,
  RichLog,
  RunView,
  SessionView,
  StepItem,
  TextItem,
  TranscriptItem,
  Usage,
} from './view';

const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cost: 0, unpriced: 0 };

const add = (one: Usage, other: Usage): Usage => ({
  input: one.input + other.input,
  output: one.output + other.output,
  cacheRead: one.cacheRead + other.cacheRead,
  cacheWrite: one.cacheWrite + other.cacheWrite,
  cost: one.cost + other.cost,
  unpriced: one.unpriced + other.unpriced,
});

/** A view while events are applied: what changes is copied once for all of them, what does not is shared. */
export class Draft {
  state: string;
  lastSeq: number;
  charts: readonly ChartSpec[] | null;
  private richLogs: Map<string, RichLog> | null = null;
  budget: SessionView['budget'];
  replay: SessionView['replay'];
  metadataVersion: number;
  chatting: boolean;
  copies: SessionView['copies'];
  readonly noOutput = OutputLog.empty;

  private items: TranscriptItem[] | null = null;
  /** Where the texts of the last run are, by their ids: a search for each of thousands of them takes too long. */
  private texts: Map<string, number> | null = null;
  private runs: RunView[] | null = null;
  private files: Map<string, FileView> | null = null;
  private reports: Partial<Record<Stage, string>> | null = null;
  private checks: Partial<Record<Stage, CheckReport>> | null = null;
  private score: ScoreReport | null;
  private usage: Record<string, Usage> | null = null;
  private readonly points = new Map<string, { of: SeriesName; points: [number, number | null][] }>();

  constructor(private readonly base: SessionView) {
    this.state = base.state;
    this.lastSeq = base.lastSeq;
    this.charts = base.charts;
    this.budget = base.budget;
    this.replay = base.replay;
    this.metadataVersion = base.metadataVersion;
    this.chatting = base.chatting;
    this.copies = base.copies;
    this.score = base.score;
  }

  finish(): SessionView {
    const { base } = this;
    let { series, points } = base;
    if (this.points.size > 0) {
      const changed = new Map(series);
      for (const [key, added] of this.points) {
        changed.set(key, (changed.get(key) ?? Series.start(added.of)).add(added.points));
        points += added.points.length;
      }
      series = changed;
    }
    return {
      id: base.id,
      state: this.state,
      lastSeq: this.lastSeq,
      runs: this.runs ?? base.runs,
      items: this.items ?? base.items,
      files: this.files ?? base.files,
      reports: this.reports ?? base.reports,
      checks: this.checks ?? base.checks,
      series,
      points,
      charts: this.charts,
      richLogs: this.richLogs ?? this.base.richLogs,
      score: this.score,
      copies: this.copies,
      usage: this.usage ?? base.usage,
      chatting: this.chatting,
      budget: this.budget,
      replay: this.replay,
      metadataVersion: this.metadataVersion,
    };
  }

  // Runs

  startRun(stage: Stage, startedAt: string) {
    const runs = this.ownRuns();
    const later = STAGES.slice(STAGES.indexOf(stage));
    for (const [index, run] of runs.entries()) {
      if (later.includes(run.stage) && !run.stale) runs[index] = { ...run, stale: true };
    }
    // A run that a dead server left behind: the new start is its end.
    const number = runs.filter((run) => run.stage === stage).length + 1;
    runs.push({
      stage,
      number,
      status: 'running',
      stale: false,
      startedAt,
      endedAt: null,
      endReason: null,
      model: null,
      score: null,
      usage: NO_USAGE,
    });
    this.budget = null;
  }

  endRun(status: RunStatus, endedAt: string, endReason: string | null) {
    this.changeRun((run) => (run.status === 'running' ? { ...run, status, endedAt, endReason } : run));
    this.budget = null;
    // A step whose end was never said ends with its run.
    const items = this.items ?? this.base.items;
    for (let index = items.length - 1; index >= 0 && items[index]?.kind !== 'stage'; index--) {
      const item = items[index];
      if (item?.kind === 'step' && item.status === 'running')
        this.ownItems()[index] = {
          ...item,
          status: 'failed',
          outcome: status === 'cancelled' ? 'cancelled' : 'lost',
          endedAt,
        };
    }
  }

  use(model: string, usage: Usage) {
    this.usage ??= { ...this.base.usage };
    this.usage[model] = add(this.usage[model] ?? NO_USAGE, usage);
    this.changeRun((run) => ({ ...run, model, usage: add(run.usage, usage) }));
  }

  private changeRun(change: (run: RunView) => RunView) {
    const runs = this.runs ?? this.base.runs;
    const last = runs.at(-1);
    if (last) this.ownRuns()[runs.length - 1] = change(last);
  }

  private ownRuns(): RunView[] {
    this.runs ??= [...this.base.runs];
    return this.runs;
  }

  // The transcript

  /** What every item has. */
  item(event: LiveEvent, id: string) {
    const run = (this.runs ?? this.base.runs).at(-1);
    const running = run?.status === 'running' ? run : null;
    return {
      id,
      seq: event.seq ?? null,
      at: event.created_at ?? new Date().toISOString(),
      stage: running?.stage ?? null,
      run: running?.number ?? 0,
    };
  }

  push(item: TranscriptItem) {
    const count = this.ownItems().push(item);
    if (item.kind === 'text') this.texts?.set(item.id, count - 1);
    else if (item.kind === 'stage') this.texts = null;
  }

  notice(event: LiveEvent, level: NoticeItem['level'], text: string) {
    this.push({ ...this.item(event, `notice-${event.seq}`), kind: 'notice', level, text });
  }

  stream(event: LiveEvent, messageId: string, offset: number, text: string) {
    const index = this.findText(messageId);
    const known = index < 0 ? null : ((this.items ?? this.base.items)[index] as TextItem);
    if (known && !known.streaming) return;
    if (!known) {
      // Deltas from the middle on: the beginning comes with the next reconnect or the final message.
      this.push({ ...this.item(event, `text-${messageId}`), kind: 'text', text, streaming: true });
      return;
    }
    if (offset + text.length <= known.text.length) return;
    this.ownItems()[index] = { ...known, text: known.text.slice(0, offset) + text };
  }

  message(event: LiveEvent, messageId: string, text: string, stage: Stage | null) {
    const index = this.findText(messageId);
    const item: TextItem = {
      ...this.item(event, `text-${messageId}`),
      kind: 'text',
      text,
      streaming: false,
    };
    if (stage) item.stage = stage;
    if (index >= 0) this.ownItems()[index] = item;
    else if (text.trim()) this.push(item);
  }

  /** Takes back what a failed try had streamed. */
  void(messageId: string) {
    const index = this.findText(messageId);
    if (index < 0) return;
    this.ownItems().splice(index, 1);
    this.texts = null;
  }

  /** Text that still streams when its run ends stays as far as it came. */
  settleStreams() {
    const items = this.items ?? this.base.items;
    for (let index = items.length - 1; index >= 0 && index >= items.length - 8; index--) {
      const item = items[index];
      if (item?.kind === 'text' && item.streaming) this.ownItems()[index] = { ...item, streaming: false };
    }
  }

  /** Changes the step of a call; without an id, the one that runs. */
  changeStep(callId: string | null | undefined, change: (step: StepItem) => StepItem) {
    const items = this.items ?? this.base.items;
    for (let index = items.length - 1; index >= 0; index--) {
      const item = items[index];
      if (item?.kind === 'stage') return;
      if (item?.kind === 'step' && (callId ? item.callId === callId : item.status === 'running')) {
        const changed = change(item);
        if (changed !== item) this.ownItems()[index] = changed;
        return;
      }
    }
  }

  answer(questionId: string, answer: Answer) {
    const items = this.items ?? this.base.items;
    const index = items.findLastIndex((item) => item.kind === 'question' && item.questionId === questionId);
    const item = items[index];
    if (item?.kind === 'question') this.ownItems()[index] = { ...item, answer };
  }

  private findText(messageId: string): number {
    this.texts ??= this.indexTexts();
    return this.texts.get(`text-${messageId}`) ?? -1;
  }

  private indexTexts(): Map<string, number> {
    const items = this.items ?? this.base.items;
    const texts = new Map<string, number>();
    for (let index = items.length - 1; index >= 0; index--) {
      const item = items[index];
      if (item?.kind === 'stage') break;
      if (item?.kind === 'text') texts.set(item.id, index);
    }
    return texts;
  }

  private ownItems(): TranscriptItem[] {
    this.items ??= [...this.base.items];
    return this.items;
  }

  // What a run leaves

  hasFile = (path: string) => (this.files ?? this.base.files).has(path);

  file(of: Omit<FileView, 'version'>): FileView {
    this.files ??= new Map(this.base.files);
    const file = { ...of, version: (this.files.get(of.path)?.version ?? 0) + 1 };
    this.files.set(of.path, file);
    return file;
  }

  richLog(log: Omit<RichLog, 'version'>) {
    this.richLogs ??= new Map(this.base.richLogs);
    const key = [log.stage, log.kind, log.name, log.run ?? ''].join('\u0000');
    this.richLogs.set(key, { ...log, version: (this.richLogs.get(key)?.version ?? 0) + 1 });
  }

  report(stage: Stage, content: string) {
    this.reports ??= { ...this.base.reports };
    this.reports[stage] = content;
  }

  check(stage: Stage, report: CheckReport, score: ScoreReport | null) {
    this.checks ??= { ...this.base.checks };
    this.checks[stage] = report;
    if (!score) return;
    this.score = score;
    this.changeRun((run) => ({ ...run, score }));
  }

  point(of: SeriesName, step: number, value: number | null) {
    const key = Series.keyOf(of);
    const known = this.points.get(key);
    if (known) known.points.push([step, value]);
    else this.points.set(key, { of, points: [[step, value]] });
  }
}
