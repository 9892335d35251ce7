import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { rawUrl } from '@/api/client';
import { TableView } from '@/canvas/data/table-view';
import { tablesQuery } from '@/canvas/data/tables';
import { nameOf } from '@/canvas/lib/workspace';
import { useStudio } from '@/session/context';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';

/** A table that the server reads, page by page; `instead` is shown where it does not know it. */
export default function ServedTable({
  path,
  version,
  instead,
}: {
  path: string;
  version: number;
  instead?: ReactNode;
}) {
  const { session } = useStudio();
  const query = useQuery(tablesQuery(session.id, `${path}/${version}`));
  const table = query.data?.find((one) => one.path === path);
  if (query.isPending) return <SkeletonText className="p-4" lines={6} />;
  if (table)
    return <TableView key={path} session={session.id} table={table} version={`${path}/${version}`} />;
  if (instead) return instead;
  if (query.error)
    return (
      <ErrorState
        error={query.error}
        title={`${nameOf(path)} could not be read`}
        onRetry={() => void query.refetch()}
      />
    );
  return (
    <Empty
      title="This table is not served"
      className="h-full"
      action={
        <a className="text-accent-text underline" href={rawUrl(path, { download: true })}>
          Download {nameOf(path)}
        </a>
      }
    >
      It may be still being written, or no Parquet file at all.
    </Empty>
  );
}
