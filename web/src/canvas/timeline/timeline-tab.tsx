import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { Toolbar } from '@/canvas/parts/toolbar';
import { useNow } from '@/lib/clock';
import { formatOf } from '@/lib/format';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { IconButton } from '@/ui/button';
import { Empty } from '@/ui/states';
import { Gantt } from './gantt';
import { MomentList } from './moment-list';
import { type Moment, type MomentKind, momentsOf } from './moments';
import { ALL, zoomed } from './view';

const FILTERS: readonly { label: string; kinds: readonly MomentKind[] }[] = [
  { label: 'Steps', kinds: ['step'] },
  { label: 'Messages', kinds: ['message', 'user', 'question'] },
  { label: 'Files', kinds: ['file'] },
  { label: 'Checks and reports', kinds: ['check', 'report', 'notice'] },
];

/** What happened when. A click shows it where it happened. */
export default function TimelineTab() {
  const { store, session, show } = useStudio();
  const items = useView(store, (view) => view.items);
  const files = useView(store, (view) => view.files);
  const running = useView(store, (view) => view.runs.at(-1)?.status === 'running');
  const now = useNow(running);
  const slow = useLatestAtMost(items, files);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the view is read when these have changed
  const moments = useMemo(() => momentsOf(store.get()), [store, slow]);
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [view, setView] = useState(ALL);
  const [marked, setMarked] = useState<string | null>(null);
  const hidden = new Set(FILTERS.filter((filter) => off.has(filter.label)).flatMap((filter) => filter.kinds));
  const shown = moments.filter((moment) => !hidden.has(moment.kind));
  const open = (moment: Moment) => {
    setMarked(moment.id);
    if (moment.kind === 'file') show({ tab: 'files', path: moment.id });
    else show({ tab: 'timeline', at: moment.id });
  };
  if (moments.length === 0) {
    return (
      <Empty title="Nothing has happened yet" className="h-full">
        Stages, steps, messages, files and checks appear here in order of time.
      </Empty>
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Gantt
        moments={moments}
        now={running ? now : null}
        view={view}
        onView={setView}
        marked={marked}
        onMark={setMarked}
        onOpen={open}
      />
      <Toolbar className="border-t">
        {FILTERS.map(({ label }) => (
          <button
            key={label}
            type="button"
            aria-pressed={!off.has(label)}
            onClick={() => {
              const next = new Set(off);
              if (!next.delete(label)) next.add(label);
              setOff(next);
            }}
            className="h-6 rounded-full border px-2.5 text-gray-9 text-small line-through aria-pressed:border-gray-7 aria-pressed:text-gray-12 aria-pressed:no-underline"
          >
            {label}
          </button>
        ))}
        <span className="number ml-auto text-gray-10 text-small max-sm:hidden">
          {formatOf(shown.length, 'moment')}
        </span>
        <span className="flex">
          <IconButton label="Closer" size="small" onClick={() => setView(zoomed(view, 0.5))}>
            <ZoomIn size={14} />
          </IconButton>
          <IconButton
            label="Further"
            size="small"
            disabled={view === ALL}
            onClick={() => setView(zoomed(view, 2))}
          >
            <ZoomOut size={14} />
          </IconButton>
          <IconButton label="All of it" size="small" disabled={view === ALL} onClick={() => setView(ALL)}>
            <Maximize size={14} />
          </IconButton>
        </span>
      </Toolbar>
      <div className="min-h-0 grow">
        <MomentList
          moments={shown}
          marked={marked}
          now={now}
          onOpen={open}
          onMark={setMarked}
          place={`${session.id}/timeline`}
        />
      </div>
    </div>
  );
}

/** Changes with what it is given, twice a second at most: text streams faster than a timeline is read. */
function useLatestAtMost(...values: readonly unknown[]): readonly unknown[] {
  const [latest, setLatest] = useState(values);
  const same = latest.every((value, index) => value === values[index]);
  useEffect(() => {
    if (same) return;
    const timer = setTimeout(() => setLatest(values), 500);
    return () => clearTimeout(timer);
  });
  return latest;
}
