import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, GitCompareArrows, Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, dataOf } from '@/api/client';
import { ApiError } from '@/api/problem';
import { datasetQuery, experimentQuery, versionsQuery } from '@/api/queries';
import { TopBar } from '@/app/top-bar';
import { useDelete } from '@/gallery/deletion';
import { RenameDialog } from '@/gallery/rename-dialog';
import { useSelection } from '@/gallery/selection';
import { formatAgo, formatBytes, formatOf, formatTime } from '@/lib/format';
import { stateWords } from '@/lib/words';
import { useLive } from '@/live/provider';
import { meaningOf, StatusDot } from '@/ui/badge';
import { Button, IconButton } from '@/ui/button';
import { SelectBox } from '@/ui/select-box';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { toastError } from '@/ui/toast';
import { Versions } from './versions';

const route = getRouteApi('/experiments/$id');

/** One experiment: its data, its options and all its sessions. */
export default function ExperimentPage() {
  const { id } = route.useParams();
  const query = useQuery(experimentQuery(id));
  const live = useLive();
  const queries = useQueryClient();
  useEffect(() => {
    const read = () => void queries.invalidateQueries({ queryKey: ['experiment', id] });
    return live.followList(read, read);
  }, [live, queries, id]);
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <TopBar>
        <Link to="/" className="flex items-center gap-0.5 rounded-sm text-gray-11 hover:text-gray-12">
          <ChevronLeft size={15} /> Experiments
        </Link>
      </TopBar>
      <main id="main" className="min-h-0 grow overflow-y-auto">
        {gone ? (
          <Empty
            title="This experiment does not exist"
            action={
              <Button asChild>
                <Link to="/">All experiments</Link>
              </Button>
            }
          >
            It was deleted, or the address is mistyped.
          </Empty>
        ) : query.error ? (
          <ErrorState
            error={query.error}
            title="The experiment could not be read"
            onRetry={() => void query.refetch()}
          />
        ) : !query.data ? (
          <SkeletonText lines={6} className="mx-auto max-w-[880px] p-6" />
        ) : (
          <Details id={id} />
        )}
      </main>
    </>
  );
}

function Details({ id }: { id: string }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data: experiment } = useQuery(experimentQuery(id));
  const { data: dataset } = useQuery(datasetQuery(id));
  const { data: versions } = useQuery(versionsQuery(id));
  const versionOf = (dataset: string | null | undefined) =>
    versions && versions.length > 1
      ? versions.find((version) => version.dataset_id === (dataset ?? id))?.number
      : undefined;
  const [renaming, setRenaming] = useState(false);
  const remove = useDelete();
  const selection = useSelection();
  const add = useMutation({
    mutationFn: () => dataOf(api.POST('/api/experiments/{id}/sessions', { params: { path: { id } } })),
    onSuccess: async (session) => {
      await queries.invalidateQueries({ queryKey: ['experiment', id] });
      await navigate({ to: '/sessions/$id', params: { id: session.id } });
    },
    onError: toastError,
  });
  if (!experiment) return null;
  const { options, sessions } = experiment;
  const facts: [name: string, value: string | null | undefined][] = [
    ['Target', options.target],
    ['Problem', options.problem_type],
    ['Metric', options.metric],
    ['Positive class', options.positive_class],
    ['Left out', options.drop_columns?.join(', ')],
    ['Group', options.group_column],
    ['Time', options.time_column],
    ['Test rows', dataset?.holdout.reason],
  ];
  return (
    <div className="mx-auto flex max-w-[880px] flex-col gap-6 px-4 py-6">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
        <h1 className="min-w-0 truncate font-[600] text-display tracking-[-0.01em]">{experiment.name}</h1>
        <IconButton label="Rename" onClick={() => setRenaming(true)}>
          <Pencil size={14} />
        </IconButton>
        <div className="ml-auto flex gap-2">
          <Button
            look="danger"
            onClick={() => {
              remove([experiment]);
              void navigate({ to: '/' });
            }}
          >
            <Trash2 size={13} /> Delete
          </Button>
          <Button look="primary" disabled={add.isPending} onClick={() => add.mutate()}>
            <Plus size={14} /> New session
          </Button>
        </div>
        <p className="w-full text-gray-10 text-small">
          {dataset?.files.map((file) => `${file.name}, ${formatBytes(file.size)}`).join(' · ')}
          {dataset?.kind === 'table' &&
            ` · ${formatOf(dataset.rows_total, 'row')}, ${formatOf(dataset.columns.length, 'column')}`}
        </p>
      </div>

      <section aria-label="Sessions">
        <div className="mb-2 flex h-7 items-center gap-3">
          <h2 className="label">Sessions</h2>
          {sessions.length > 1 && (
            <Button
              size="small"
              disabled={selection.size < 2}
              className="ml-auto"
              onClick={() =>
                void navigate({ to: '/compare', search: { sessions: [...selection.ids].join(',') } })
              }
            >
              <GitCompareArrows size={13} />{' '}
              {selection.size < 2 ? 'Choose two to compare' : `Compare ${selection.size}`}
            </Button>
          )}
        </div>
        <ul className="rounded-md border bg-surface">
          {sessions.map((session, index) => (
            <li
              key={session.id}
              className="flex h-11 items-center gap-3 border-gray-4 border-b px-3 last:border-0 hover:bg-gray-2"
            >
              {sessions.length > 1 && (
                <SelectBox
                  checked={selection.has(session.id)}
                  onChange={(to) => selection.set(session.id, to)}
                  label={`Compare session ${sessions.length - index}`}
                />
              )}
              <Link
                to="/sessions/$id"
                params={{ id: session.id }}
                className="flex min-w-0 grow items-center gap-3 self-stretch rounded-sm"
              >
                <span className="font-[550]">Session {sessions.length - index}</span>
                <span className="flex items-center gap-1.5 text-gray-11 text-small">
                  <StatusDot meaning={meaningOf(session.state)} /> {stateWords(session.state)}
                </span>
                {versionOf(session.dataset_id) && (
                  <span className="text-gray-10 text-small">version {versionOf(session.dataset_id)}</span>
                )}
                <time className="ml-auto text-gray-10 text-small" title={formatTime(session.created_at)}>
                  {formatAgo(session.updated_at)}
                </time>
              </Link>
            </li>
          ))}
        </ul>
      </section>

      <Versions experiment={id} />

      <section aria-label="Set-up">
        <h2 className="label mb-2">Set-up</h2>
        <dl className="grid grid-cols-[120px_1fr] gap-x-4 gap-y-1.5">
          {facts
            .filter(([, value]) => value)
            .map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-gray-10">{name}</dt>
                <dd className="[overflow-wrap:anywhere]">
                  <Quoted text={value ?? ''} />
                </dd>
              </div>
            ))}
          {experiment.instructions && (
            <>
              <dt className="text-gray-10">Instructions</dt>
              <dd className="whitespace-pre-wrap [overflow-wrap:anywhere]">{experiment.instructions}</dd>
            </>
          )}
        </dl>
      </section>
      {renaming && <RenameDialog experiment={experiment} onClose={() => setRenaming(false)} />}
    </div>
  );
}

/** Names between backticks, as sentences of the server have them, as code. */
function Quoted({ text }: { text: string }) {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? <code key={`${index}-${part}`}>{part}</code> : part));
}
