import type { ChartSpec, CheckReport, ReplayResult, RunStatus, ScoreReport, Stage } from '@/api/types';
import type { OutputLog } from './output';
import type { Answer, Question } from './question';
import type { Series } from './series';

/** One attempt at a stage. */
export interface RunView {
  stage: Stage;
  /** 1, 2, … within the stage. */
  number: number;
  status: RunStatus;
  /** A stage before it, or itself, was started again since. */
  stale: boolean;
  startedAt: string;
  endedAt: string | null;
  endReason: string | null;
  /** Known from the first usage, or from the server's own list of runs. */
  model: string | null;
  score: ScoreReport | null;
  usage: Usage;
}

export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** US dollars of what was priced, and how many replies were not. */
  cost: number;
  unpriced: number;
}

/** Tokens by model: each has prices of its own. */
export type UsageByModel = Readonly<Record<string, Usage>>;

export interface FileView {
  path: string;
  name: string;
  /** `file` or `directory`; what the artifact is shows in its path. */
  type: string;
  stage: string;
  size: number | null;
  createdAt: string;
  /** Raised each time that the file was written. */
  version: number;
}

/** What a script logged that is more than a number; the newest of its name. `data` is as its kind has it. */
export interface RichLog {
  /** image, table, confusion or curve. */
  kind: string;
  name: string;
  stage: string;
  run: string | null;
  step: number | null;
  data: unknown;
  /** Raised each time that it was logged. */
  version: number;
}

/** The copy of a stage's files in S3. */
export interface CopyView {
  stage: Stage;
  /** Why it waits; null when all files are there. */
  error: string | null;
  files: number;
  /** `s3://bucket/prefix/`; null while nothing is there. */
  address: string | null;
}

interface Item {
  /** Stable over the life of the session, for React and for links. */
  id: string;
  /** The event that began it; streaming text has none yet. */
  seq: number | null;
  at: string;
  stage: Stage | null;
  /** The number of the run it belongs to; 0 outside of runs. */
  run: number;
}

export interface StageItem extends Item {
  kind: 'stage';
  stage: Stage;
}

export interface TextItem extends Item {
  kind: 'text';
  text: string;
  streaming: boolean;
}

export interface UserItem extends Item {
  kind: 'user';
  text: string;
}

export interface StepItem extends Item {
  kind: 'step';
  callId: string;
  tool: string;
  /** What the tool was given; for execute_code the script. */
  code: string | null;
  input: unknown;
  title: string;
  /** Workspace path of the saved script. */
  script: string | null;
  status: 'running' | 'ok' | 'failed';
  /** ok, error, timeout, cancelled, out_of_memory, … ; null while it runs, and for other tools. */
  outcome: string | null;
  output: OutputLog;
  /** What the model was told: head and tail of the output, after the end. */
  result: string | null;
  /** Where everything that was written lies, when `output` and `result` leave some out. */
  outputPath: string | null;
  endedAt: string | null;
  wallSeconds: number | null;
  cpuSeconds: number | null;
  peakMemoryBytes: number | null;
  files: readonly FileView[];
}

export interface NoticeItem extends Item {
  kind: 'notice';
  level: 'info' | 'warning' | 'error';
  text: string;
}

export interface CheckItem extends Item {
  kind: 'check';
  report: CheckReport;
  score: ScoreReport | null;
}

export interface ReportItem extends Item {
  kind: 'report';
}

export interface QuestionItem extends Item, Question {
  kind: 'question';
  /** Null while it waits. */
  answer: Answer | null;
}

export type TranscriptItem =
  | StageItem
  | TextItem
  | UserItem
  | StepItem
  | NoticeItem
  | CheckItem
  | ReportItem
  | QuestionItem;

/** Everything the studio shows of a session: a pure function of its log. */
export interface SessionView {
  id: string;
  state: string;
  lastSeq: number;
  /** Every attempt, oldest first. */
  runs: readonly RunView[];
  items: readonly TranscriptItem[];
  files: ReadonlyMap<string, FileView>;
  /** The newest report of each stage, in Markdown. */
  reports: Readonly<Partial<Record<Stage, string>>>;
  /** The newest checks of each stage. */
  checks: Readonly<Partial<Record<Stage, CheckReport>>>;
  series: ReadonlyMap<string, Series>;
  /** Points of all series; changes when any of them does. */
  points: number;
  charts: readonly ChartSpec[] | null;
  /** What was logged beside the metrics, in the order in which each first came. */
  richLogs: ReadonlyMap<string, RichLog>;
  score: ScoreReport | null;
  /** What became of the copies in S3, by stage; empty where nothing is copied. */
  copies: Readonly<Partial<Record<Stage, CopyView>>>;
  usage: UsageByModel;
  /** What became of it where it runs another session's recording again; null until that has ended. */
  replay: ReplayResult | null;
  /** The agent answers a message about a stage; the state stays as it is meanwhile. */
  chatting: boolean;
  /** The time budget's last warning. */
  budget: { used: number; limit: number; message: string } | null;
  /** Raised when Prep's table is described; read prep/metadata again then. */
  metadataVersion: number;
}

export function emptyView(id: string): SessionView {
  return {
    id,
    state: 'created',
    lastSeq: 0,
    runs: [],
    items: [],
    files: new Map(),
    reports: {},
    checks: {},
    series: new Map(),
    points: 0,
    charts: null,
    richLogs: new Map(),
    score: null,
    copies: {},
    usage: {},
    replay: null,
    chatting: false,
    budget: null,
    metadataVersion: 0,
  };
}

/** Whether the agent is at work, on a stage or on an answer. */
export const isBusy = (view: SessionView) => view.chatting || view.state.endsWith('_running');
