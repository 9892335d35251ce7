import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { LayoutGrid, Plus, Rows3, Trash2 } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { modelsQuery } from '@/api/queries';
import type { GallerySearch } from '@/app/router';
import { useKeys } from '@/app/shortcuts';
import { TopBar } from '@/app/top-bar';
import { useDropToCreate } from '@/create/dropped';
import { cn } from '@/lib/cn';
import { formatCount, formatOf } from '@/lib/format';
import { readStored, store } from '@/lib/storage';
import { Button, IconButton } from '@/ui/button';
import { Input } from '@/ui/field';
import { Keys } from '@/ui/keys';
import { Select } from '@/ui/select';
import { Empty, ErrorState, Skeleton } from '@/ui/states';
import { Cards } from './cards';
import { useDelete, useDoomed } from './deletion';
import { useLiveList } from './live-list';
import { galleryQuery, totalsQuery } from './queries';
import { useSelection } from './selection';
import { ExperimentTable } from './table';
import { Welcome } from './welcome';

const route = getRouteApi('/');
const ANY = 'any';
const isView = (value: unknown): value is 'cards' | 'table' => value === 'cards' || value === 'table';

/** Every experiment, live. */
export default function GalleryPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (to: Partial<GallerySearch>) =>
    void navigate({ search: (now: GallerySearch) => ({ ...now, ...to }), replace: true });
  const view = search.view ?? readStored('gallery.view', 'cards' as const, isView);

  // Typing is answered at once, and asked for when it pauses.
  const [text, setText] = useState(search.q ?? '');
  const q = useDeferredValue(useSettled(text.trim()));
  const field = useRef<HTMLInputElement>(null);
  useKeys(useMemo(() => ({ '/': () => field.current?.focus() }), []));

  useLiveList();
  const totals = useQuery(totalsQuery);
  const models = useQuery(modelsQuery);
  const list = useInfiniteQuery(galleryQuery({ ...search, q: q || undefined }));
  const doomed = useDoomed();
  const experiments = useMemo(
    () => list.data?.pages.flatMap((page) => page.items).filter((one) => !doomed.has(one.id)),
    [list.data, doomed],
  );
  const selection = useSelection();
  const remove = useDelete();
  const drop = useDropToCreate();
  const filtered = Boolean(q || search.state || search.model);
  const none = experiments?.length === 0 && !filtered && !list.hasNextPage;

  return (
    <>
      <TopBar />
      <main id="main" className="relative min-h-0 grow overflow-y-auto" {...drop.target}>
        {none ? (
          <Welcome onChoose={drop.choose} />
        ) : (
          <div className="mx-auto max-w-[1440px] px-4 pt-4 pb-10 md:px-6">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
              <h1 className="font-[600] text-heading">Experiments</h1>
              <Totals totals={totals.data} onState={(state) => set({ state })} />
              <Link
                to="/usage"
                className="ml-auto rounded-sm text-gray-11 hover:text-gray-12 hover:underline"
              >
                Usage
              </Link>
              <Button asChild look="primary" size="large">
                <Link to="/new">
                  <Plus size={15} /> New <Keys inverse>N</Keys>
                </Link>
              </Button>
            </div>
            <div className="mt-3 mb-3 flex flex-wrap items-center gap-2">
              <Input
                ref={field}
                type="search"
                value={text}
                onChange={(event) => setText(event.target.value)}
                aria-label="Search experiments"
                placeholder="Search"
                className="h-7! w-64! text-small max-sm:w-full!"
              />
              <Select
                quiet
                label="State"
                value={search.state ?? ANY}
                onChange={(value) => set({ state: value === ANY ? undefined : value })}
                options={[
                  { value: ANY, label: 'Any state' },
                  { value: 'running', label: 'Running' },
                  { value: 'done', label: 'Done' },
                  { value: 'partial', label: 'Partly done' },
                  { value: 'created', label: 'Not started' },
                  { value: 'failed', label: 'Failed' },
                  { value: 'cancelled', label: 'Stopped' },
                ]}
              />
              <Select
                quiet
                label="Model"
                value={search.model ?? ANY}
                onChange={(value) => set({ model: value === ANY ? undefined : value })}
                options={[
                  { value: ANY, label: 'Any model' },
                  ...(models.data ?? []).map((model) => ({ value: model.id, label: model.id })),
                ]}
              />
              <Select
                quiet
                label="Order"
                value={search.sort ?? '-created'}
                onChange={(sort) => set({ sort: sort === '-created' ? undefined : sort })}
                options={[
                  { value: '-created', label: 'Newest' },
                  { value: '-updated', label: 'Last changed' },
                  { value: '-score', label: 'Best score' },
                  { value: 'name', label: 'Name' },
                  { value: 'state', label: 'State' },
                ]}
              />
              <fieldset className="ml-auto flex gap-0.5" aria-label="View">
                {(['cards', 'table'] as const).map((kind) => (
                  <IconButton
                    key={kind}
                    label={kind === 'cards' ? 'Cards' : 'Table'}
                    aria-pressed={view === kind}
                    className={cn(view === kind && 'bg-gray-4 text-gray-12')}
                    onClick={() => {
                      store('gallery.view', kind);
                      set({ view: kind });
                    }}
                  >
                    {kind === 'cards' ? <LayoutGrid size={15} /> : <Rows3 size={15} />}
                  </IconButton>
                ))}
              </fieldset>
            </div>
            {list.error && !experiments ? (
              <ErrorState
                error={list.error}
                title="The experiments could not be read"
                onRetry={() => void list.refetch()}
              />
            ) : !experiments ? (
              <GallerySkeleton />
            ) : experiments.length === 0 && !list.hasNextPage ? (
              <Empty
                title="No experiment fits"
                action={
                  <Button
                    onClick={() => {
                      setText('');
                      set({ q: undefined, state: undefined, model: undefined });
                    }}
                  >
                    Show all
                  </Button>
                }
              >
                Nothing has that text, state and model.
              </Empty>
            ) : view === 'table' ? (
              <ExperimentTable
                experiments={experiments}
                selection={selection}
                sort={search.sort ?? '-created'}
                onSort={(sort) => set({ sort })}
              />
            ) : (
              <Cards experiments={experiments} selection={selection} />
            )}
            {list.hasNextPage && (
              <div className="mt-4 flex justify-center">
                <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {list.isFetchingNextPage ? 'Reading…' : 'Show more'}
                  {!filtered && totals.data && experiments && (
                    <span className="number text-gray-10">
                      {formatCount(totals.data.all - experiments.length)} left
                    </span>
                  )}
                </Button>
              </div>
            )}
          </div>
        )}
        {drop.over && <DropHint />}
      </main>
      {selection.size > 0 && (
        <div className="flex h-11 shrink-0 items-center gap-3 border-t bg-surface px-4 md:px-6">
          <span className="number">{formatOf(selection.size, 'experiment')} selected</span>
          <Button onClick={() => selection.setAll([])}>Clear</Button>
          <Button
            look="danger"
            onClick={() => {
              remove((experiments ?? []).filter((one) => selection.has(one.id)));
              selection.setAll([]);
            }}
          >
            <Trash2 size={13} /> Delete
          </Button>
        </div>
      )}
    </>
  );
}

function Totals({
  totals,
  onState,
}: {
  totals: { all: number; running: number; done: number; failed: number } | undefined;
  onState: (state: string | undefined) => void;
}) {
  if (!totals) return <Skeleton className="h-4 w-48" />;
  const parts: [count: number, word: string, state: string | undefined, color: string][] = [
    [totals.running, 'running', 'running', 'text-accent-text'],
    [totals.done, 'done', 'done', 'text-done-text'],
    [totals.failed, 'failed', 'failed', 'text-failed-text'],
  ];
  return (
    <p className="number flex items-baseline gap-4 text-gray-11" role="status">
      <span>{formatCount(totals.all)}</span>
      {parts
        .filter(([count]) => count > 0)
        .map(([count, word, state, color]) => (
          <button
            key={word}
            type="button"
            className="rounded-sm hover:underline"
            onClick={() => onState(state)}
          >
            <span className={cn('font-[580]', color)}>{formatCount(count)}</span> {word}
          </button>
        ))}
    </p>
  );
}

function GallerySkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="grid grid-cols-[repeat(auto-fill,minmax(280px,1fr))] gap-3"
    >
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="h-[150px] rounded-md" />
      ))}
    </div>
  );
}

export function DropHint() {
  return (
    <div className="pointer-events-none absolute inset-3 flex items-center justify-center rounded-md border-2 border-accent border-dashed bg-accent-soft/90">
      <p className="font-[600] text-accent-text text-heading">Drop it to make an experiment</p>
    </div>
  );
}

/** A value that has been the same for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 180);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
