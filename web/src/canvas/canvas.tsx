import { Radio } from 'lucide-react';
import { Tabs as Radix } from 'radix-ui';
import { Activity, type ComponentType, Suspense, useEffect, useRef, useState } from 'react';
import { type CanvasTab, TABS } from '@/app/router';
import { part } from '@/lib/part';
import { useView } from '@/live/store';
import type { SessionView } from '@/live/view';
import { useStudio } from '@/session/context';
import { IconButton } from '@/ui/button';
import { Tabs } from '@/ui/tabs';
import { newestTab, newsOf } from './follow';
import { TabBoundary } from './tab-boundary';
import { TabSkeleton } from './tab-skeleton';

const NAMES: Readonly<Record<CanvasTab, string>> = {
  report: 'Report',
  metrics: 'Metrics',
  files: 'Files',
  data: 'Data',
  checks: 'Checks',
  timeline: 'Timeline',
};

const VIEWS: Readonly<Record<CanvasTab, ComponentType>> = {
  report: part(() => import('./report/report-tab')),
  metrics: part(() => import('./metrics/metrics-tab')),
  files: part(() => import('./files/files-tab')),
  data: part(() => import('./data/data-tab')),
  checks: part(() => import('./checks/checks-tab')),
  timeline: part(() => import('./timeline/timeline-tab')),
};

/** The right half of the studio: what the agent made. It follows what is new until the person chooses a tab. */
export function Canvas() {
  const { store, search, show } = useStudio();
  const newest = useView(store, newestTab);
  const running = useView(store, isRunning);
  const tab = search.tab ?? newest;
  const fresh = useFresh(tab);
  const counts: Partial<Record<CanvasTab, number>> = {
    files: useView(store, (view) => view.files.size),
    checks: useView(store, findings),
  };
  const [visited, setVisited] = useState<ReadonlySet<CanvasTab>>(() => new Set([tab]));
  if (!visited.has(tab)) setVisited(new Set([...visited, tab]));
  return (
    <Tabs
      label="What the agent made"
      value={tab}
      onChange={(value) => show({ tab: value as CanvasTab })}
      tabs={TABS.map((value) => ({
        value,
        label: NAMES[value],
        count: counts[value] ?? null,
        fresh: fresh.has(value),
      }))}
      end={
        search.tab &&
        running && (
          <IconButton label="Open by itself what is new" onClick={() => show({ tab: undefined })}>
            <Radio size={15} />
          </IconButton>
        )
      }
    >
      {TABS.map((value) => {
        const View = VIEWS[value];
        return (
          <Radix.Content
            key={value}
            value={value}
            forceMount
            tabIndex={-1}
            className="min-h-0 grow overflow-hidden outline-none data-[state=inactive]:hidden"
          >
            {visited.has(value) && (
              // What was opened stays as it was left, and costs nothing while it is hidden.
              <Activity mode={value === tab ? 'visible' : 'hidden'}>
                <TabBoundary name={NAMES[value]}>
                  <Suspense fallback={<TabSkeleton tab={value} />}>
                    <View />
                  </Suspense>
                </TabBoundary>
              </Activity>
            )}
          </Radix.Content>
        );
      })}
    </Tabs>
  );
}

const isRunning = (view: SessionView) => view.runs.at(-1)?.status === 'running';

const findings = (view: SessionView) =>
  Object.values(view.checks).reduce((sum, report) => sum + report.errors.length + report.warnings.length, 0);

/** The tabs in which something came since they were looked at last. */
function useFresh(tab: CanvasTab): ReadonlySet<CanvasTab> {
  const { store, session } = useStudio();
  const seen = useRef<Partial<Record<CanvasTab, unknown>> | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<CanvasTab>>(new Set());
  useEffect(() => {
    const look = () => {
      const view = store.get();
      const news = newsOf(view);
      // What was there before the page was opened is no news.
      if (!seen.current || view.lastSeq <= session.last_seq) seen.current = { ...news };
      seen.current[tab] = news[tab];
      const now = TABS.filter((each) => seen.current?.[each] !== news[each]);
      setFresh((before) =>
        before.size === now.length && now.every((each) => before.has(each)) ? before : new Set(now),
      );
    };
    look();
    return store.subscribe(look) as () => void;
  }, [store, session.last_seq, tab]);
  return fresh;
}
