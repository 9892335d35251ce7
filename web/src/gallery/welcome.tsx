import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play, Upload } from 'lucide-react';
import { api, dataOf } from '@/api/client';
import { formatCount } from '@/lib/format';
import { Button } from '@/ui/button';
import { Skeleton } from '@/ui/states';
import { toastError } from '@/ui/toast';
import { samplesQuery } from './queries';

const SHOWN = 3;

/** Makes an experiment of a sample and starts it. */
export function useRunSample() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (name: string) => {
      const { session_id: id } = await dataOf(api.POST('/api/experiments/from-sample', { body: { name } }));
      await api.POST('/api/sessions/{id}/auto', { params: { path: { id } }, body: {} });
      return id;
    },
    onSuccess: (id) => navigate({ to: '/sessions/$id', params: { id } }),
    onError: toastError,
  });
}

/** No experiment yet: drop a file, or see it work at once on a sample. */
export function Welcome({ onChoose }: { onChoose: () => void }) {
  const samples = useQuery(samplesQuery);
  const run = useRunSample();
  // One of each kind of problem, where there is one.
  const shown = [...(samples.data ?? [])]
    .sort((one, other) => first(samples.data, one) - first(samples.data, other))
    .slice(0, SHOWN);
  return (
    <div className="mx-auto flex max-w-[720px] flex-col gap-6 px-2 pt-[8vh] pb-10">
      <div>
        <h1 className="font-[600] text-display tracking-[-0.01em]">From a table to a measured model</h1>
        <p className="mt-1.5 text-balance text-gray-11 text-title">
          Give it data. An agent explores it, prepares it and trains models while you watch, and this machine
          measures the result on rows that the agent never saw.
        </p>
      </div>
      <button
        type="button"
        onClick={onChoose}
        className="flex flex-col items-center gap-2 rounded-md border border-gray-7 border-dashed bg-surface px-6 py-10 text-center transition-colors duration-120 hover:border-accent hover:bg-accent-soft"
      >
        <Upload size={20} className="text-gray-9" />
        <span className="font-[550] text-title">Drop a CSV here</span>
        <span className="text-gray-10">or choose one: CSV, Parquet, JSON, a folder of files</span>
      </button>
      <section aria-label="Samples">
        <h2 className="label mb-2">Or see it work on a sample</h2>
        <ul className="grid grid-cols-1 gap-3 sm:grid-cols-3">
          {samples.isPending &&
            [0, 1, 2].map((index) => <Skeleton key={index} className="h-[132px] rounded-md" />)}
          {shown.map((sample) => (
            <li key={sample.name} className="flex flex-col gap-1 rounded-md border bg-surface p-3">
              <h3 className="font-[580]">{sample.name}</h3>
              <p className="line-clamp-2 text-gray-11 text-small">{sample.about}</p>
              <p className="number text-gray-10 text-small">
                {formatCount(sample.rows)} × {formatCount(sample.columns)} → {sample.target}
              </p>
              <Button
                className="mt-auto self-start"
                disabled={run.isPending}
                onClick={() => run.mutate(sample.name)}
                aria-label={`Run ${sample.name}`}
              >
                <Play size={11} className="fill-current" />
                {run.isPending && run.variables === sample.name ? 'Starting…' : 'Run'}
              </Button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** 0 for the first of its kind of problem, 1 for the others: sorting keeps the order otherwise. */
function first(
  all: readonly { name: string; problem_type: string }[] | undefined,
  sample: { name: string; problem_type: string },
) {
  return all?.find((one) => one.problem_type === sample.problem_type)?.name === sample.name ? 0 : 1;
}
