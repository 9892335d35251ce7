import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { type CanvasSearch, readCanvasSearch } from '@/canvas/search';
import { untilLoaded } from '@/lib/part';
import { Crash } from './crash';
import { NotFound } from './not-found';
import { Shell } from './shell';

const page = (load: () => Promise<{ default: RouteComponent }>) =>
  lazyRouteComponent(() => untilLoaded(load));

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

export interface GallerySearch {
  q?: string;
  state?: string;
  model?: string;
  view?: 'cards' | 'table';
  sort?: string;
}

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

const gallery = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: page(() => import('@/gallery/gallery-page')),
  validateSearch: (search): GallerySearch => ({
    q: text(search.q),
    state: text(search.state),
    model: text(search.model),
    view: search.view === 'table' || search.view === 'cards' ? search.view : undefined,
    sort: text(search.sort),
  }),
});

const create = createRoute({
  getParentRoute: () => root,
  path: '/new',
  component: page(() => import('@/create/create-page')),
});

const experiment = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$id',
  component: page(() => import('@/experiment/experiment-page')),
});

export const TABS = ['report', 'metrics', 'files', 'data', 'checks', 'predict', 'timeline'] as const;
export type CanvasTab = (typeof TABS)[number];

/** Where the studio stands; every view of it has an address. */
export interface SessionSearch extends CanvasSearch {
  tab?: CanvasTab;
  /** The stage whose report or checks are shown. */
  stage?: string;
  /** The file that is open. */
  path?: string;
  /** The transcript item to show. */
  at?: string;
}

const session = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id',
  component: page(() => import('@/session/session-page')),
  validateSearch: (search): SessionSearch => ({
    tab: TABS.find((tab) => tab === search.tab),
    stage: text(search.stage),
    path: text(search.path),
    at: text(search.at),
    ...readCanvasSearch(search),
  }),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  component: page(() => import('@/compare/compare-page')),
  /** Session ids, separated by commas. */
  validateSearch: (search): { sessions?: string } => ({ sessions: text(search.sessions) }),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: '/usage',
  component: lazyRouteComponent(() => import('@/usage/usage-page')),
});

export const router = createRouter({
  routeTree: root.addChildren([gallery, create, experiment, session, compare, usage]),
  defaultErrorComponent: Crash,
  defaultPreload: 'intent',
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
