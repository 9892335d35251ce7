import type { ValidationResult } from './schema';

// Names for what the description of the API has no name for, or leaves open as JSON.

export type {
  ArtifactItem,
  DatasetPreview,
  ExperimentCreated,
  ExperimentDetail,
  ExperimentOptions,
  ExperimentSummary,
  MetricItem,
  ModelItem,
  ProblemDetails,
  ProcessedMeta,
  ReplayResult,
  SampleItem,
  ScoreReport,
  SessionDetail,
  SessionSummary,
  StageRunItem,
  StartStageRequest,
  UsageItem,
} from './schema';

export const STAGES = ['eda', 'prep', 'train'] as const;
export type Stage = (typeof STAGES)[number];
export const isStage = (name: string | null | undefined): name is Stage => STAGES.includes(name as Stage);

export type RunStatus = 'running' | 'done' | 'failed' | 'cancelled';

export type CheckReport = NonNullable<ValidationResult['report']>;
export type Finding = CheckReport['errors'][number];

export interface ChartSpec {
  title: string;
  metrics: string[];
  type: string;
}
