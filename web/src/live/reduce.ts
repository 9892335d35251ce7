import type {
  AgentAborted,
  AgentFailed,
  AgentMessage,
  AgentMessageDelta,
  BudgetWarning,
  ChartConfig,
  CodeOutput,
  FileCreated,
  FilesReady,
  MetricsBatch,
  ModelRetry,
  ReplayResult,
  ReportReady,
  RichLog as RichLogged,
  S3SyncComplete,
  S3SyncWaiting,
  StateChanged,
  ToolEnded,
  ToolStarted,
  UsageReport,
  UserMessage,
  ValidationResult,
} from '@/api/schema';
import { isStage, type Stage } from '@/api/types';
import { Draft } from './draft';
import { readAnswer, readQuestion } from './question';
import type { LiveEvent } from './sse';
import { stepTitle } from './title';
import type { SessionView, StepItem } from './view';

/**
 * The view after more events. Events that are known already are skipped by their number, so the same ones may come twice; text
 * that streams is joined by its offset. The view that is given stays as it is.
 */
export function reduce(view: SessionView, events: readonly LiveEvent[]): SessionView {
  const draft = new Draft(view);
  for (const event of events) {
    if (event.seq !== undefined) {
      if (event.seq <= draft.lastSeq) continue;
      draft.lastSeq = event.seq;
    }
    apply[event.type]?.(draft, event);
  }
  return draft.finish();
}

type Apply = (draft: Draft, event: LiveEvent) => void;

/** Types without an entry change nothing that is shown. */
const apply: Readonly<Record<string, Apply | undefined>> = {
  state_change(draft, event) {
    const { state, stage, reason } = event.data as StateChanged;
    draft.state = state;
    draft.settleStreams();
    if (state.endsWith('_running')) {
      const started = isStage(stage) ? stage : (state.slice(0, -'_running'.length) as Stage);
      draft.startRun(started, at(event));
      draft.push({ ...draft.item(event, `run-${event.seq}`), kind: 'stage', stage: started });
      return;
    }
    if (state.endsWith('_done')) draft.endRun('done', at(event), null);
    else if (state === 'failed' || state === 'cancelled') draft.endRun(state, at(event), reason ?? null);
  },

  user_message(draft, event) {
    draft.push({
      ...draft.item(event, `user-${event.seq}`),
      kind: 'user',
      text: (event.data as UserMessage).content,
    });
  },

  agent_message_delta(draft, event) {
    const { message_id, offset, text } = event.data as AgentMessageDelta;
    draft.stream(event, message_id, offset, text);
  },

  agent_message(draft, event) {
    const { text, message_id, stage } = event.data as AgentMessage;
    draft.message(event, message_id ?? `message-${event.seq}`, text, isStage(stage) ? stage : null);
  },

  model_retry(draft, event) {
    const { message, message_id } = event.data as ModelRetry;
    draft.void(message_id);
    draft.notice(event, 'warning', message);
  },

  usage(draft, event) {
    const usage = event.data as UsageReport;
    draft.use(usage.model, {
      input: usage.input_tokens,
      output: usage.output_tokens,
      cacheRead: usage.cache_read_tokens ?? 0,
      cacheWrite: usage.cache_write_tokens ?? 0,
      cost: usage.cost_usd ?? 0,
      unpriced: usage.cost_usd == null ? 1 : 0,
    });
  },

  tool_start(draft, event) {
    const { tool, input, call_id } = event.data as ToolStarted;
    const code = (input as { code?: unknown } | null)?.code;
    draft.push({
      ...draft.item(event, call_id ? `step-${call_id}-${event.seq}` : `step-${event.seq}`),
      kind: 'step',
      callId: call_id ?? '',
      tool,
      code: typeof code === 'string' ? code : null,
      input,
      title: stepTitle(tool, input),
      script: null,
      status: 'running',
      outcome: null,
      output: draft.noOutput,
      result: null,
      outputPath: null,
      endedAt: null,
      wallSeconds: null,
      cpuSeconds: null,
      peakMemoryBytes: null,
      files: [],
    });
  },

  code_output(draft, event) {
    const { stream, text, call_id } = event.data as CodeOutput;
    draft.changeStep(call_id, (step) => ({
      ...step,
      output: step.output.add(stream === 'stderr' ? 'stderr' : 'stdout', text),
    }));
  },

  tool_end(draft, event) {
    const end = event.data as ToolEnded;
    draft.changeStep(
      end.call_id,
      (step): StepItem => ({
        ...step,
        status: isGood(end) ? 'ok' : 'failed',
        outcome: end.outcome ?? null,
        result: end.output,
        outputPath: end.output_path ?? null,
        endedAt: at(event),
        wallSeconds: end.wall_seconds ?? null,
        cpuSeconds: end.cpu_seconds ?? null,
        peakMemoryBytes: end.peak_memory_bytes ?? null,
      }),
    );
  },

  file_created(draft, event) {
    const { path, name, type, stage, size, call_id } = event.data as FileCreated;
    const file = draft.file({ path, name, type, stage, size: size ?? null, createdAt: at(event) });
    draft.changeStep(call_id, (step) =>
      step.script === null && /\/scripts\/step_\d+_[^/]*\.py$/.test(path)
        ? { ...step, script: path }
        : { ...step, files: [...step.files.filter((other) => other.path !== path), file] },
    );
  },

  files_ready(draft, event) {
    const { files, stage } = event.data as FilesReady;
    for (const { path, type } of files) {
      if (type !== 'directory' && !draft.hasFile(path))
        draft.file({
          path,
          name: path.split('/').at(-1) ?? path,
          type,
          stage,
          size: null,
          createdAt: at(event),
        });
    }
  },

  report_ready(draft, event) {
    const { content, stage } = event.data as ReportReady;
    if (!isStage(stage)) return;
    draft.report(stage, content);
    draft.push({ ...draft.item(event, `report-${event.seq}`), kind: 'report', stage });
  },

  metrics_batch(draft, event) {
    const { items, warning } = event.data as MetricsBatch;
    for (const point of items)
      draft.point(
        { stage: point.stage, run: point.run_tag ?? null, name: point.name },
        point.step,
        point.value ?? null,
      );
    if (warning) draft.notice(event, 'warning', warning);
  },

  rich_log(draft, event) {
    const { kind, name, stage, run_tag, step, data } = event.data as RichLogged;
    draft.richLog({ kind, name, stage, run: run_tag ?? null, step: step ?? null, data });
  },

  chart_config(draft, event) {
    draft.charts = (event.data as ChartConfig).charts;
  },

  validation_result(draft, event) {
    const result = event.data as ValidationResult;
    if (!isStage(result.stage)) return;
    const plain = (sentences: readonly string[]) => sentences.map((message) => ({ code: '', message }));
    const report = result.report ?? {
      stage: result.stage,
      errors: plain(result.errors),
      warnings: plain(result.warnings),
      passed: plain(result.passed),
    };
    draft.check(result.stage, report, result.score ?? null);
    draft.push({
      ...draft.item(event, `check-${event.seq}`),
      kind: 'check',
      stage: result.stage,
      report,
      score: result.score ?? null,
    });
  },

  s3_sync_complete(draft, event) {
    const { stage, files_synced, s3_prefix, bucket } = event.data as S3SyncComplete;
    if (!isStage(stage)) return;
    const copy = { stage, error: null, files: files_synced, address: `s3://${bucket}/${s3_prefix}` };
    draft.copies = { ...draft.copies, [stage]: copy };
  },

  s3_sync_waiting(draft, event) {
    const { stage, error } = event.data as S3SyncWaiting;
    if (isStage(stage))
      draft.copies = { ...draft.copies, [stage]: { stage, error, files: 0, address: null } };
  },

  metadata_ready(draft) {
    draft.metadataVersion++;
  },

  budget_warning(draft, event) {
    const { message, used, limit, kind } = event.data as BudgetWarning;
    if (kind === 'wall_clock') draft.budget = { used, limit, message };
    draft.notice(event, 'warning', message);
  },

  agent_error(draft, event) {
    draft.settleStreams();
    draft.notice(event, 'error', (event.data as AgentFailed).error);
  },

  agent_aborted(draft, event) {
    draft.settleStreams();
    const { reason } = event.data as AgentAborted;
    const sentence = /^stopped\b/i.test(reason) ? `S${reason.slice(1)}` : `Stopped: ${reason}`;
    draft.notice(event, 'warning', sentence.replace(/\.?$/, '.'));
  },

  question(draft, event) {
    const question = readQuestion(event.data);
    draft.push({
      ...draft.item(event, `question-${event.seq}`),
      kind: 'question',
      ...question,
      answer: null,
    });
  },

  question_answered(draft, event) {
    const { questionId, ...answer } = readAnswer(event.data);
    draft.answer(questionId, answer);
  },

  paused(draft, event) {
    draft.notice(event, 'info', (event.data as { message: string }).message);
  },

  notice(draft, event) {
    const { text, code } = event.data as { text: string; code: string };
    draft.notice(event, code === 'replay' ? 'info' : 'warning', text);
  },

  replay(draft, event) {
    draft.replay = event.data as ReplayResult;
    draft.notice(event, draft.replay.verdict === 'same' ? 'info' : 'warning', draft.replay.message);
  },

  chat_started(draft) {
    draft.chatting = true;
  },

  chat_ended(draft, event) {
    const { status, reason } = event.data as { status: string; reason: string };
    draft.chatting = false;
    draft.settleStreams();
    if (status === 'failed') draft.notice(event, 'error', reason);
  },
};

const at = (event: LiveEvent) => event.created_at ?? new Date().toISOString();

/** execute_code says how it went; other tools begin with `error:` when it did not go well. */
function isGood({ outcome, output }: ToolEnded): boolean {
  return outcome ? outcome === 'ok' : !output.startsWith('error:') && !output.startsWith('interrupted');
}
