import { useQuery } from '@tanstack/react-query';
import { Package } from 'lucide-react';
import { useState } from 'react';
import { usePlace } from '@/canvas/lib/place';
import { Section } from '@/canvas/parts/section';
import { useView } from '@/live/store';
import type { SessionView } from '@/live/view';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { OneRow } from './one-row';
import { formQuery } from './queries';
import { Threshold } from './threshold';
import { WholeTable } from './whole-table';

/** The session's model on new rows: a form for one, and a table of many. */
export default function PredictTab() {
  const { store, session } = useStudio();
  const model = useView(store, trainedBy);
  const form = useQuery({ ...formQuery(session.id, model ?? ''), enabled: model !== null });
  const [threshold, setThreshold] = useState<number | null>(null);
  const scroller = usePlace<HTMLDivElement>(`${session.id}/predict`, form.data !== undefined);
  if (model === null)
    return (
      <Empty title="There is no model yet" className="h-full">
        Once Train has ended, its model predicts new rows here: one in a form, with what moved its prediction,
        or a whole table.
      </Empty>
    );
  if (form.error)
    return (
      <ErrorState
        error={form.error}
        title="The model cannot be asked"
        onRetry={() => form.refetch()}
        className="h-full"
      />
    );
  if (!form.data) return <SkeletonText lines={8} className="p-4" />;
  return (
    <div ref={scroller} className="@container h-full overflow-y-auto">
      {form.data.positive_class && form.data.has_probabilities && (
        <Threshold positive={form.data.positive_class} value={threshold} onChange={setThreshold} />
      )}
      {!form.data.of_images && (
        <OneRow key={model} session={session.id} form={form.data} threshold={threshold} />
      )}
      <WholeTable session={session.id} threshold={threshold} ofImages={form.data.of_images} />
      <Section
        title="Take it away"
        hint="The session as a zip: working rows, scripts, a notebook, the model with a program that predicts without Trainable, what was measured, a model card. 'trainable verify' makes the model again from it."
      >
        <div className="flex flex-wrap gap-2">
          <Button asChild>
            <a href={`/api/sessions/${session.id}/bundle`} download>
              <Package size={14} /> Download the bundle
            </a>
          </Button>
          <Button asChild look="ghost">
            <a href={`/api/sessions/${session.id}/bundle?data=false`} download>
              Without the rows
            </a>
          </Button>
        </div>
      </Section>
    </div>
  );
}

/** Names the run whose model is there; null without one. */
function trainedBy(view: SessionView): string | null {
  const run = view.runs.findLast((one) => one.stage === 'train' && one.status === 'done' && !one.stale);
  return run ? `${run.number} ${run.startedAt}` : null;
}
