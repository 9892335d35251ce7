import './styles/main.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries';
import { askEarly } from './app/early';
import { router } from './app/router';
import { SessionGate } from './app/signed-out';
import { nonce } from './lib/nonce';
import { LiveClient } from './live/client';
import { LiveProvider } from './live/provider';
import { Toaster } from './ui/toast';
import { TooltipHost } from './ui/tooltip-host';

const styleNonce = nonce();
if (styleNonce) setNonce(styleNonce);

const live = new LiveClient();
askEarly(location, live);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LiveProvider client={live}>
        <SessionGate>
          <RouterProvider router={router} />
        </SessionGate>
        <Toaster />
        <TooltipHost />
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
);
