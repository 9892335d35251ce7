import { Outlet } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { part } from '@/lib/part';
import { loadToasts } from '@/ui/toast';
import { ConnectionBanner } from './connection-banner';
import { useOverlay } from './overlays';
import { useShortcuts } from './shortcuts';

const loadPalette = () => import('./palette');
const Palette = part(loadPalette);
const Help = part(() => import('./help'));

/** What is around every page. */
export function Shell() {
  useShortcuts();
  const overlay = useOverlay();
  // Who presses a key types on at once, and a lost connection is told of: they are there before, not in the way of the page.
  useEffect(() => {
    const load = () => Promise.all([loadPalette(), loadToasts()]).catch(() => {}); // Asked for again when needed.
    const timer = setTimeout(load, 2_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="flex h-full flex-col">
      <a
        href="#main"
        className="sr-only focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:left-2 focus-visible:z-50 focus-visible:rounded-md focus-visible:bg-surface focus-visible:px-3 focus-visible:py-1.5"
      >
        Skip to the content
      </a>
      <ConnectionBanner />
      <div className="flex min-h-0 grow flex-col">
        <Outlet />
      </div>
      <Suspense>
        {overlay === 'palette' && <Palette />}
        {overlay === 'help' && <Help />}
      </Suspense>
    </div>
  );
}
