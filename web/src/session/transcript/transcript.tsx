import { useView } from '@/live/store';
import { useStudio } from '@/session/context';

/** The left half of the studio: what the agent says and does, and what is said to it. */
export function Transcript() {
  const { store } = useStudio();
  const items = useView(store, (view) => view.items);
  return (
    <ol className="flex h-full flex-col gap-1 overflow-auto p-3">
      {items.map((item) => (
        <li key={item.id} className="truncate">
          {item.kind} {item.kind === 'step' ? item.title : item.kind === 'text' ? item.text : ''}
        </li>
      ))}
    </ol>
  );
}
