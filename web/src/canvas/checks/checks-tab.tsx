import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '@/api/client';
import { ApiError } from '@/api/problem';
import { STAGES } from '@/api/types';
import { usePlace } from '@/canvas/lib/place';
import { Segments } from '@/canvas/parts/segments';
import { Score } from '@/canvas/score/score';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { Findings } from './findings';
import { Measured } from './measured';
import { Replayed } from './replayed';

/** What the referee found, and what the host measured on rows that no agent has seen. */
export default function ChecksTab() {
  const { store, session, search, show } = useStudio();
  const checks = useView(store, (view) => view.checks);
  const score = useView(store, (view) => view.score);
  const replay = useView(store, (view) => view.replay);
  const stages = STAGES.filter((stage) => checks[stage]);
  const errors = stages.reduce((sum, stage) => sum + (checks[stage]?.errors.length ?? 0), 0);
  const part = search.part ?? (score && errors === 0 ? 'measured' : 'findings');
  const scroller = usePlace<HTMLDivElement>(`${session.id}/checks/${part}`, stages.length > 0);
  if (stages.length === 0 && !replay) {
    return (
      <Empty title="Nothing was checked yet" className="h-full">
        At the end of each stage a referee looks at what was made: leaks, shared rows, missing values, whether
        the pipeline and the model run by themselves. After Train it measures the model on rows that were kept
        back.
      </Empty>
    );
  }
  const found = stages.reduce(
    (sum, stage) => sum + (checks[stage]?.errors.length ?? 0) + (checks[stage]?.warnings.length ?? 0),
    0,
  );
  return (
    <div ref={scroller} className="@container h-full overflow-y-auto">
      {replay && <Replayed replay={replay} />}
      {score && (
        <div className="border-b px-4 py-3">
          <Score score={score} />
        </div>
      )}
      <div className="sticky top-0 z-10 flex items-center gap-2 border-b bg-gray-1 px-4 py-1.5">
        <Segments
          label="What is shown"
          value={part}
          onChange={(value) => show({ part: value })}
          options={[
            {
              value: 'findings',
              label: (
                <>
                  Findings <span className="number text-gray-10">{found || 'none'}</span>
                </>
              ),
            },
            { value: 'measured', label: 'Measured', disabled: !score },
          ]}
        />
      </div>
      {part === 'measured' && score ? <MeasuredPart /> : <Findings checks={checks} />}
    </div>
  );
}

function MeasuredPart() {
  const { store, session } = useStudio();
  const score = useView(store, (view) => view.score);
  const runs = useView(store, (view) => view.runs.length);
  const query = useQuery({
    queryKey: ['evaluation', session.id, runs, score?.value],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/sessions/{id}/evaluation', { params: { path: { id: session.id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!score) return null;
  const none = query.error instanceof ApiError && query.error.status === 404;
  if (query.isPending) return <SkeletonText lines={8} className="p-4" />;
  if (query.error && !none)
    return (
      <ErrorState
        error={query.error}
        title="What was measured could not be read"
        onRetry={() => void query.refetch()}
      />
    );
  return <Measured score={score} evaluation={query.data ?? null} />;
}
