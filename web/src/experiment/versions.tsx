import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { versionsQuery } from '@/api/queries';
import { type ChosenFile, chooseFiles, useDrop } from '@/create/dropped';
import { type UploadProgress, uploadVersion } from '@/create/upload';
import { UploadBar } from '@/create/upload-bar';
import { cn } from '@/lib/cn';
import { formatAgo, formatOf, formatTime } from '@/lib/format';
import { Button } from '@/ui/button';
import { ErrorState } from '@/ui/states';
import { Drift } from './drift';

/** The versions of an experiment's dataset, the newest first, and the way to add one. */
export function Versions({ experiment }: { experiment: string }) {
  const queries = useQueryClient();
  const query = useQuery(versionsQuery(experiment));
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const control = useRef<AbortController>(null);
  const add = async (files: readonly ChosenFile[]) => {
    if (progress) return;
    setRefused(null);
    control.current = new AbortController();
    setProgress({ sent: 0, total: files.reduce((sum, { file }) => sum + file.size, 0), rate: null });
    try {
      await uploadVersion(experiment, files, setProgress, control.current.signal);
      await Promise.all(
        ['versions', 'experiment', 'dataset'].map((key) =>
          queries.invalidateQueries({ queryKey: [key, experiment] }),
        ),
      );
    } catch (failure) {
      if (!control.current.signal.aborted) setRefused((failure as Error).message);
    } finally {
      setProgress(null);
    }
  };
  const drop = useDrop((files) => void add(files));
  const versions = [...(query.data ?? [])].reverse();
  return (
    <section
      aria-label="Data"
      {...drop.target}
      className={cn('rounded-md', drop.over && 'outline-2 outline-accent')}
    >
      <div className="mb-2 flex h-7 items-center gap-3">
        <h2 className="label">Data</h2>
        <Button
          size="small"
          className="ml-auto"
          disabled={progress !== null}
          onClick={() => chooseFiles((files) => void add(files))}
        >
          <Upload size={13} /> New version
        </Button>
      </div>
      {query.error ? (
        <ErrorState error={query.error} title="The versions could not be read" />
      ) : (
        <ul className="rounded-md border bg-surface">
          {versions.map((version) => (
            <li key={version.number} className="border-gray-4 border-b px-3 py-2.5 last:border-0">
              <div className="flex flex-wrap items-baseline gap-x-3">
                <span className="font-[550]">Version {version.number}</span>
                <span className="number text-gray-11 text-small">
                  {version.rows == null
                    ? 'several files'
                    : `${formatOf(version.rows, 'row')}, ${formatOf(version.columns ?? 0, 'column')}`}
                </span>
                <time className="ml-auto text-gray-10 text-small" title={formatTime(version.created_at)}>
                  {formatAgo(version.created_at)}
                </time>
              </div>
              {version.drift && <Drift drift={version.drift} />}
            </li>
          ))}
        </ul>
      )}
      {refused && (
        <p role="alert" className="mt-2 text-failed-text text-small">
          {refused}
        </p>
      )}
      {progress ? (
        <div className="mt-3">
          <UploadBar
            progress={progress}
            paused={false}
            onResume={() => undefined}
            onCancel={() => control.current?.abort()}
          />
        </div>
      ) : (
        <p className="mt-2 text-gray-10 text-small">
          Newer data with the same columns: drop it here, or choose it. It gets test rows and a session of its
          own; sessions of both versions can be compared.
        </p>
      )}
    </section>
  );
}
