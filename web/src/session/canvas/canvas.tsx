import { type CanvasTab, TABS } from '@/app/router';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Empty } from '@/ui/states';
import { TabPanel, Tabs } from '@/ui/tabs';

const NAMES: Readonly<Record<CanvasTab, string>> = {
  report: 'Report',
  metrics: 'Metrics',
  files: 'Files',
  data: 'Data',
  checks: 'Checks',
  timeline: 'Timeline',
};

/** The right half of the studio: what the agent made. */
export function Canvas() {
  const { store, search, show } = useStudio();
  const files = useView(store, (view) => view.files.size);
  const tab = search.tab ?? 'report';
  return (
    <Tabs
      label="What the agent made"
      value={tab}
      onChange={(value) => show({ tab: value as CanvasTab })}
      tabs={TABS.map((value) => ({ value, label: NAMES[value], count: value === 'files' ? files : null }))}
    >
      {TABS.map((value) => (
        <TabPanel key={value} value={value}>
          <Empty title={`${NAMES[value]}: nothing here yet`} />
        </TabPanel>
      ))}
    </Tabs>
  );
}
