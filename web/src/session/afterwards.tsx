import { type ReactNode, startTransition, useEffect, useState } from 'react';

/** Draws its children once `when` has come and what is beside them stands on the screen, in time that is left. */
export function Afterwards({ when, children }: { when: boolean; children: ReactNode }) {
  const [now, setNow] = useState(false);
  useEffect(() => {
    if (when) startTransition(() => setNow(true));
  }, [when]);
  return now ? children : null;
}
