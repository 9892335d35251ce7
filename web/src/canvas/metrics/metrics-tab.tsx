import { Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { usePlace } from '@/canvas/lib/place';
import { SearchField } from '@/canvas/parts/search-field';
import { Slider } from '@/canvas/parts/slider';
import { Toolbar } from '@/canvas/parts/toolbar';
import { Score } from '@/canvas/score/score';
import { formatOf } from '@/lib/format';
import { part } from '@/lib/part';
import type { Series } from '@/live/series';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';
import { ChartCard } from './chart-card';
import { type ChartGroup, groupCharts, runsOf } from './groups';
import { richCards } from './rich/groups';

const Lightbox = part(() => import('@/canvas/parts/lightbox'));
const RichCard = part(() => import('./rich/rich-card').then((module) => ({ default: module.RichCard })));

const NO_CARDS: readonly ChartGroup[] = [];

/** Charts of everything that was logged, live; on top what the host measured. */
export default function MetricsTab() {
  const { store, session, search, show } = useStudio();
  const series = useView(store, (view) => view.series);
  const charts = useView(store, (view) => view.charts);
  const score = useView(store, (view) => view.score);
  const logs = useView(store, (view) => view.richLogs);
  const rich = useMemo(() => richCards(logs.values()), [logs]);
  const [image, setImage] = useState<string | null>(null);
  const running = useView(store, (view) => view.runs.at(-1)?.status === 'running');
  const all = useStableGroups(useMemo(() => groupCharts(series.values(), charts), [series, charts]));
  const runs = useMemo(() => JSON.stringify(runsOf(series.values())), [series]);
  const find = (search.find ?? '').toLowerCase();
  const found = find
    ? all.filter((group) =>
        [group.title, ...group.series.flatMap((one) => [one.name, one.run ?? ''])].some((text) =>
          text.toLowerCase().includes(find),
        ),
      )
    : all;
  // The cards come after the frame that they are in, and give way to what is more urgent.
  const groups = useDeferredValue(found, NO_CARDS);
  const scroller = usePlace<HTMLDivElement>(`${session.id}/metrics`, groups.length + rich.length > 0);
  if (series.size === 0 && rich.length === 0 && !score) {
    return (
      <Empty title={running ? 'No metrics yet' : 'No metrics'} className="h-full">
        {running
          ? 'Charts appear here as soon as the agent logs its first value.'
          : 'Train logs losses and scores while it works; they are drawn here live, every model in one chart.'}
      </Empty>
    );
  }
  return (
    <div className="flex h-full flex-col">
      {series.size > 0 && (
        <Toolbar>
          {all.length > 3 && (
            <SearchField
              label="Find a metric or a run"
              value={search.find ?? ''}
              onChange={(value) => show({ find: value || undefined })}
              className="w-52 max-sm:w-full"
            />
          )}
          <Smoothing
            value={search.smooth ?? 0}
            onChange={(value) => show({ smooth: value > 0 ? value : undefined })}
          />
          <Button
            size="small"
            look={search.log ? 'plain' : 'ghost'}
            aria-pressed={search.log ?? false}
            className="aria-pressed:border-accent-line aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
            onClick={() => show({ log: search.log ? undefined : true })}
          >
            Log scale
          </Button>
          <span className="number ml-auto text-gray-10 text-small max-sm:hidden">
            <Points />
          </span>
        </Toolbar>
      )}
      <div ref={scroller} className="@container min-h-0 grow overflow-y-auto">
        {score && (
          <div className="border-b px-4 py-3">
            <Score score={score} />
          </div>
        )}
        <div className="grid @min-[900px]:grid-cols-2 grid-cols-1 items-start gap-3 p-3">
          {groups.map((group) => (
            <ChartCard
              key={group.key}
              group={group}
              runs={runs}
              log={search.log ?? false}
              smooth={search.smooth ?? 0}
            />
          ))}
        </div>
        {!find && rich.length > 0 && (
          <div className="grid @min-[640px]:grid-cols-2 grid-cols-1 items-start gap-3 px-3 pb-3">
            <Suspense>
              {rich.map((card) => (
                <RichCard key={card.key} card={card} onOpen={setImage} />
              ))}
            </Suspense>
          </div>
        )}
        {found.length === 0 && find && (
          <Empty title={`Nothing is called “${search.find}”`}>
            {formatOf(all.length, 'chart')} are left out by the search.
          </Empty>
        )}
      </div>
      <Suspense>
        {image && (
          <Lightbox
            path={image}
            paths={rich.flatMap((card) => (card.kind === 'image' ? [card.path] : []))}
            onChange={setImage}
          />
        )}
      </Suspense>
    </div>
  );
}

function Points() {
  const { store } = useStudio();
  const points = useView(store, (view) => view.points);
  return formatOf(points, 'point');
}

function Smoothing({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  const [now, setNow] = useState(value);
  useEffect(() => setNow(value), [value]);
  return (
    <div className="flex items-center gap-2 text-gray-11 text-small">
      <span>Smoothing</span>
      <Slider
        label="Smoothing"
        value={now}
        min={0}
        max={0.98}
        step={0.02}
        onChange={setNow}
        onSettle={onChange}
        className="w-24"
      />
      <span className="number w-7 text-gray-12">{now > 0 ? now.toFixed(2) : 'off'}</span>
    </div>
  );
}

/** Groups whose series have not changed stay the same objects, so that their charts are left alone. */
function useStableGroups(groups: readonly ChartGroup[]): readonly ChartGroup[] {
  const last = useRef(new Map<string, ChartGroup>());
  const stable = groups.map((group) => {
    const before = last.current.get(group.key);
    return before &&
      before.type === group.type &&
      before.title === group.title &&
      same(before.series, group.series)
      ? before
      : group;
  });
  last.current = new Map(stable.map((group) => [group.key, group]));
  return stable;
}

const same = (one: readonly Series[], other: readonly Series[]) =>
  one.length === other.length && one.every((series, index) => series === other[index]);
