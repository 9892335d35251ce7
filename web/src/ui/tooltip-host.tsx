import { Suspense, useEffect, useRef, useState } from 'react';
import { part } from '@/lib/part';
import { AnchorWatch } from './tooltip-watch';

const Bubble = part(() => import('./tooltip-bubble'));

/** Shows the tooltip of what is pointed at or has the focus; once on a page. */
export function TooltipHost() {
  const [shown, setShown] = useState<{ anchor: Element; nth: number } | null>(null);
  const watch = useRef<AnchorWatch>(null);
  useEffect(() => {
    let nth = 0;
    const mine = new AnchorWatch((anchor) => setShown(anchor && { anchor, nth: ++nth }));
    watch.current = mine;
    return () => mine.stop();
  }, []);
  if (!shown) return null;
  return (
    <Suspense>
      <Bubble key={shown.nth} anchor={shown.anchor} onClose={() => watch.current?.close()} />
    </Suspense>
  );
}
