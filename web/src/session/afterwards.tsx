import { type ReactNode, startTransition, useEffect, useState } from 'react';

/** What does not come within this is not waited for: nothing that is there stays hidden for its sake. */
export const PATIENCE_MS = 1_000;

/** Draws its children once `when` has come and what is beside them stands on the screen, in time that is left. */
export function Afterwards({ when, children }: { when: boolean; children: ReactNode }) {
  const [now, setNow] = useState(false);
  useEffect(() => {
    const draw = () => startTransition(() => setNow(true));
    if (when) draw();
    const timer = setTimeout(draw, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [when]);
  return now ? children : null;
}
