import type { CanvasTab } from '@/app/router';
import type { SessionView } from '@/live/view';

/** The tab of what is newest: where the canvas stands unless the person has chosen another. */
export function newestTab(view: SessionView): CanvasTab {
  const run = view.runs.at(-1);
  if (run?.status === 'running') {
    for (const series of view.series.values()) if (series.stage === run.stage) return 'metrics';
    for (const file of view.files.values()) {
      if (file.stage === run.stage && file.createdAt >= run.startedAt && isWorthALook(file.path))
        return 'files';
    }
    return 'report';
  }
  for (let index = view.items.length - 1; index >= 0; index--) {
    const item = view.items[index];
    if (item?.kind === 'report') return 'report';
    if (item?.kind === 'check' && item.report.errors.length > 0) return 'checks';
  }
  return 'report';
}

/** Scripts and notes of the agent to itself are in the transcript. */
const isWorthALook = (path: string) => /\.(png|jpe?g|svg|webp|csv|parquet|html)$/i.test(path);

/** A value for each tab that changes when there is something new in it. */
export function newsOf(view: SessionView): Readonly<Record<CanvasTab, unknown>> {
  return {
    report: view.reports,
    metrics: view.points + view.richLogs.size,
    files: view.files.size,
    data: view.metadataVersion,
    checks: view.checks,
    predict: null,
    timeline: null,
  };
}
