import { TriangleAlert } from 'lucide-react';

/** What else there is to say of the rows, a sentence each. */
export function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul aria-label="Notes" className="mt-4 flex max-w-[80ch] flex-col gap-1.5 text-small">
      {notes.map((note) => (
        <li key={note} className="flex gap-2 [overflow-wrap:anywhere]">
          <TriangleAlert size={14} className="mt-0.5 shrink-0 text-warning" aria-hidden />
          <span>{note.replaceAll('`', '')}</span>
        </li>
      ))}
    </ul>
  );
}
