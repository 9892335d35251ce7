import { rawUrl } from '@/api/client';
import { nameOf } from '@/canvas/lib/workspace';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';

export default function ParquetFile({ path }: { path: string }) {
  const { show } = useStudio();
  return (
    <Empty
      title={nameOf(path)}
      className="h-full"
      action={
        <>
          <Button onClick={() => show({ tab: 'data' })}>Open in Data</Button>
          <Button asChild>
            <a href={rawUrl(path, { download: true })}>Download</a>
          </Button>
        </>
      }
    >
      A Parquet table. Data shows its columns and rows.
    </Empty>
  );
}
