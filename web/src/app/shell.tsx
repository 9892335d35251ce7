import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ConnectionBanner } from './connection-banner';
import { useOverlay } from './overlays';
import { useShortcuts } from './shortcuts';

const Palette = lazy(() => import('./palette'));
const Help = lazy(() => import('./help'));

/** What is around every page. */
export function Shell() {
  useShortcuts();
  const overlay = useOverlay();
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
