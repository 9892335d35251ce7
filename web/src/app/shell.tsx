import { Outlet } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { part } from '@/lib/part';
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
  // Who presses the key types on at once: it is there before that, without being in the way of the page.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), 2_000);
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
