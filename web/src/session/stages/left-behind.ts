import { useQuery } from '@tanstack/react-query';
import { modelsQuery } from '@/api/queries';
import type { Stage } from '@/api/types';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';

/** The stage whose model failed for good, which autopilot can go on with; null where there is none. */
export function useLeftBehind(): Stage | null {
  const { store, session } = useStudio();
  const last = useView(store, (view) => view.runs.at(-1) ?? null);
  const { data: models } = useQuery(modelsQuery);
  if (last?.status !== 'failed') return null;
  const listed = session.runs.find(
    (run) => run.kind === 'stage' && run.stage === last.stage && run.number === last.number,
  );
  const model =
    last.model ??
    listed?.model ??
    session.run_options.models?.[last.stage] ??
    session.run_options.model ??
    models?.find((one) => one.default)?.id;
  return model && model !== 'autopilot' ? last.stage : null;
}
