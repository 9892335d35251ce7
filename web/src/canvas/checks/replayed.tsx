import { Check, TriangleAlert } from 'lucide-react';
import type { ReplayResult } from '@/api/types';
import { formatOf } from '@/lib/format';

const SAME: readonly string[] = ['identical', 'session_id', 'times', 'values', 'behaviour'];
const MOST = 20;

/** What of a session is the same as in the one whose recording it ran again. */
export function Replayed({ replay }: { replay: ReplayResult }) {
  const same = replay.verdict === 'same';
  const places = replay.divergences ?? [];
  const others = replay.artifacts.filter((file) => !SAME.includes(file.equality));
  return (
    <section aria-label="Replay" className="border-b px-4 py-3">
      <h3 className="flex items-center gap-2 font-[550]">
        {same ? (
          <Check size={14} className="text-done" />
        ) : (
          <TriangleAlert size={14} className="text-warning" />
        )}
        {same ? 'The same as the original' : 'Not the same as the original'}
      </h3>
      <p className="mt-1 [overflow-wrap:anywhere]">{replay.message}</p>
      {others.length > 1 && (
        <ul className="mt-2 text-small">
          {others.slice(0, MOST).map((file) => (
            <li key={file.path} className="[overflow-wrap:anywhere]">
              <span className="font-mono">{file.path}</span>
              {file.detail && <span className="text-gray-11">: {file.detail}</span>}
            </li>
          ))}
          {others.length > MOST && (
            <li className="text-gray-10">and {formatOf(others.length - MOST, 'more file')}</li>
          )}
        </ul>
      )}
      {places.length > 0 && (
        <ul className="mt-2 text-gray-11 text-small">
          {places.slice(0, MOST).map((place, index) => (
            <li key={`${place.stage}-${place.turn ?? 0}-${index}`} className="[overflow-wrap:anywhere]">
              {place.message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
