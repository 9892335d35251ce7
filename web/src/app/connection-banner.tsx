import { RotateCw } from 'lucide-react';
import { useNow } from '@/lib/clock';
import { useConnection, useLive } from '@/live/provider';
import { Button } from '@/ui/button';

/** A loss that mends itself at once is not worth a word. */
const PATIENCE_MS = 1500;

/** Says that what is shown may be old, and what is being done about it. Takes no room while all is well. */
export function ConnectionBanner() {
  const connection = useConnection();
  const lost = connection.kind === 'lost' ? connection : null;
  const now = useNow(lost !== null);
  const { wake } = useLive();
  if (!lost || now - lost.since < PATIENCE_MS) return null;
  const wait = Math.max(0, Math.ceil((lost.retryAt - now) / 1000));
  return (
    <div
      role="status"
      className="flex min-h-8 shrink-0 items-center justify-center gap-3 border-b bg-warning-soft px-3 py-1 text-small text-warning-text"
    >
      <span>
        {navigator.onLine ? `No connection: ${lost.reason}.` : 'This computer is offline.'} What is shown is
        what was known; nothing is lost. {wait > 0 ? `Trying again in ${wait} s.` : 'Trying again…'}
      </span>
      <Button size="small" onClick={wake}>
        <RotateCw size={12} /> Now
      </Button>
    </div>
  );
}
