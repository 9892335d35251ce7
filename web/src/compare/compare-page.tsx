import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { GitCompareArrows, X } from 'lucide-react';
import { useMemo } from 'react';
import { modelsQuery, sessionQuery } from '@/api/queries';
import { TopBar } from '@/app/top-bar';
import { ChartCard } from '@/canvas/metrics/chart-card';
import { groupCharts } from '@/canvas/metrics/groups';
import { cn } from '@/lib/cn';
import { formatAgo } from '@/lib/format';
import { stateWords } from '@/lib/words';
import { useViews } from '@/live/provider';
import { meaningOf, StatusDot } from '@/ui/badge';
import { IconButton } from '@/ui/button';
import { Empty, SkeletonText } from '@/ui/states';
import { AddSession } from './add-session';
import { type Compared, compareRows } from './rows';

const route = getRouteApi('/compare');
/** More would not be told apart. */
const MOST = 8;
/** Charts of the same metric of all sessions; the rest is one click away in each. */
const CHARTS = 24;

/** Sessions side by side: what was measured, how they were set up, and their metrics over each other. */
export default function ComparePage() {
  const { sessions } = route.useSearch();
  const navigate = route.useNavigate();
  const ids = useMemo(
    () => [...new Set((sessions ?? '').split(',').filter(Boolean))].slice(0, MOST),
    [sessions],
  );
  const details = useQueries({ queries: ids.map((id) => sessionQuery(id)) });
  const views = useViews(ids);
  const { data: models } = useQuery(modelsQuery);
  const set = (to: readonly string[]) =>
    void navigate({ search: { sessions: to.join(',') || undefined }, replace: true });

  const all = useMemo(
    () =>
      views.flatMap((view): Compared[] => {
        const session = details.find((one) => one.data?.id === view.id)?.data;
        return session ? [{ view, session }] : [];
      }),
    [views, details],
  );
  const labels = useMemo(() => labelsOf(all), [all]);
  const groups = useMemo(() => {
    const series = all.flatMap(({ view }, index) =>
      [...view.series.values()].map((one) =>
        one.withRun(one.run ? `${labels[index]} · ${one.run}` : (labels[index] as string)),
      ),
    );
    return groupCharts(series, null);
  }, [all, labels]);
  const runs = useMemo(
    () => JSON.stringify([...new Set(groups.flatMap((group) => group.series.map((one) => one.run ?? '')))]),
    [groups],
  );
  const failed = ids.filter((_, index) => details[index]?.error);

  return (
    <>
      <TopBar>
        <span className="font-[550]">Compare sessions</span>
        <div className="ml-auto">
          {ids.length > 0 && ids.length < MOST && (
            <AddSession known={ids} onAdd={(id) => set([...ids, id])} />
          )}
        </div>
      </TopBar>
      <main id="main" className="min-h-0 grow overflow-y-auto">
        {ids.length === 0 ? (
          <Empty
            icon={<GitCompareArrows size={22} />}
            title="Nothing to compare yet"
            action={<AddSession known={ids} onAdd={(id) => set([id])} />}
          >
            Choose sessions: their scores and set-ups stand side by side, their metrics over each other.
          </Empty>
        ) : all.length === 0 ? (
          <SkeletonText lines={8} className="mx-auto max-w-[880px] p-6" />
        ) : (
          <div className="mx-auto flex max-w-[1280px] flex-col gap-6 px-4 py-5 md:px-6">
            {failed.length > 0 && (
              <p role="alert" className="rounded-md bg-warning-soft px-3 py-2 text-warning-text">
                {failed.length === 1 ? 'One of the sessions' : `${failed.length} of the sessions`} could not
                be read, and {failed.length === 1 ? 'is' : 'are'} left out.
              </p>
            )}
            <Side
              all={all}
              labels={labels}
              models={models ?? []}
              onRemove={(id) => set(ids.filter((one) => one !== id))}
            />
            {groups.length > 0 && (
              <section aria-label="Metrics" className="@container">
                <h2 className="label mb-2">Metrics over each other</h2>
                <div className="grid @min-[900px]:grid-cols-2 grid-cols-1 gap-3">
                  {groups.slice(0, CHARTS).map((group) => (
                    <ChartCard key={group.key} group={group} runs={runs} log={false} smooth={0} />
                  ))}
                </div>
              </section>
            )}
          </div>
        )}
      </main>
    </>
  );
}

function Side({
  all,
  labels,
  models,
  onRemove,
}: {
  all: readonly Compared[];
  labels: readonly string[];
  models: Parameters<typeof compareRows>[1];
  onRemove: (id: string) => void;
}) {
  return (
    <div
      className="overflow-x-auto rounded-md border bg-surface"
      role="region"
      aria-label="Side by side"
      tabIndex={0}
    >
      <table className="w-full border-collapse text-left">
        <thead>
          <tr>
            <td className="sticky left-0 w-36 min-w-28 border-b bg-surface px-3" />
            {all.map(({ view }, index) => (
              <th key={view.id} scope="col" className="min-w-40 border-b px-3 py-2 align-top font-normal">
                <div className="flex items-center gap-1">
                  <Link
                    to="/sessions/$id"
                    params={{ id: view.id }}
                    className="min-w-0 truncate font-[580] hover:underline"
                  >
                    {labels[index]}
                  </Link>
                  <IconButton
                    label={`Leave out ${labels[index]}`}
                    size="small"
                    onClick={() => onRemove(view.id)}
                  >
                    <X size={12} />
                  </IconButton>
                </div>
                <div className="flex items-center gap-1.5 text-gray-11 text-small">
                  <StatusDot meaning={meaningOf(view.state)} /> {stateWords(view.state)}
                  <span className="text-gray-10">{formatAgo(all[index]?.session.created_at ?? 0)}</span>
                </div>
              </th>
            ))}
          </tr>
        </thead>
        {compareRows(all, models).map(({ title, rows }) => (
          <tbody key={title}>
            <tr>
              <th scope="rowgroup" colSpan={all.length + 1} className="label px-3 pt-3 pb-1">
                {title}
              </th>
            </tr>
            {rows.map((row) => (
              <tr key={row.name} className="hover:bg-gray-2">
                <th
                  scope="row"
                  className="sticky left-0 bg-surface px-3 py-1 align-top font-normal text-gray-10"
                >
                  {row.name}
                </th>
                {row.cells.map((cell, index) => (
                  <td key={all[index]?.view.id} className="number max-w-72 px-3 py-1 align-top">
                    <span className={cn('line-clamp-3', row.best === index && 'font-[650] text-done-text')}>
                      {cell ?? <span className="text-gray-9">–</span>}
                      {row.best === index && <span className="sr-only"> (best)</span>}
                    </span>
                    {row.notes?.[index] && (
                      <span className="block text-gray-10 text-small">{row.notes[index]}</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** The experiment's name; with a number where the same experiment is there more than once. */
function labelsOf(all: readonly Compared[]): string[] {
  const names = all.map(({ session }) => session.experiment.name);
  const seen = new Map<string, number>();
  return names.map((name) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    return `${name} ${number}`;
  });
}
