import { useMemo } from 'react';
import { isStage, STAGES, type Stage } from '@/api/types';
import { Segments } from '@/canvas/parts/segments';
import { Score } from '@/canvas/score/score';
import { STAGE_NAMES } from '@/lib/words';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Empty } from '@/ui/states';
import { ReportText } from './report-text';

/** What the agent reports, stage by stage. */
export default function ReportTab() {
  const { store, session, search, show } = useStudio();
  const reports = useView(store, (view) => view.reports);
  const score = useView(store, (view) => view.score);
  const running = useView(store, (view) => {
    const run = view.runs.at(-1);
    return run?.status === 'running' ? run.stage : null;
  });
  const written = STAGES.filter((stage) => reports[stage] !== undefined);
  const chosen = isStage(search.stage) ? search.stage : (written.at(-1) ?? 'eda');
  const options = useMemo(
    () =>
      STAGES.map((stage) => ({
        value: stage,
        label: STAGE_NAMES[stage],
        disabled: reports[stage] === undefined && stage !== running,
      })),
    [reports, running],
  );
  if (written.length === 0) {
    return (
      <Empty
        title={running ? `${STAGE_NAMES[running]} is being worked on` : 'No report yet'}
        className="h-full"
      >
        {running
          ? 'Its report opens here as soon as it is written. The transcript shows what happens until then.'
          : 'Each stage ends with a report: what was found, what was done, and why. Start a stage to get the first.'}
      </Empty>
    );
  }
  const switcher = (
    <Segments label="Stage" value={chosen} options={options} onChange={(stage: Stage) => show({ stage })} />
  );
  const report = reports[chosen];
  if (report === undefined) {
    return (
      <div className="flex h-full flex-col">
        <div className="px-6 pt-4 max-sm:px-4">{switcher}</div>
        <Empty
          title={
            chosen === running
              ? `${STAGE_NAMES[chosen]} is being worked on`
              : `No report of ${STAGE_NAMES[chosen]}`
          }
        >
          {chosen === running
            ? 'Its report opens here as soon as it is written.'
            : 'The stage has not been run to its end.'}
        </Empty>
      </div>
    );
  }
  return (
    <ReportText
      key={chosen}
      markdown={report}
      place={`${session.id}/report/${chosen}`}
      folder={`/sessions/${session.id}/${chosen}`}
      file={`/sessions/${session.id}/${chosen}/report.md`}
      stale={chosen === running}
      header={switcher}
      // Train's own report cannot know it: it was measured when the stage had ended.
      top={chosen === 'train' && score && chosen !== running ? <Score score={score} /> : null}
    />
  );
}
