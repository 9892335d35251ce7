import { useMutation, useQuery } from '@tanstack/react-query';
import { Download, Upload } from 'lucide-react';
import { useId, useMemo, useState } from 'react';
import { readDelimited } from '@/canvas/files/delimited';
import { columnsOf } from '@/canvas/grid/columns';
import { DataGrid } from '@/canvas/grid/data-grid';
import { Section } from '@/canvas/parts/section';
import { type ChosenFile, chosenFrom, useDrop } from '@/create/dropped';
import { cn } from '@/lib/cn';
import { formatOf } from '@/lib/format';
import { useObjectUrl } from '@/lib/object-url';
import { Button } from '@/ui/button';
import { ErrorState } from '@/ui/states';
import { Notes } from './notes';
import { type PredictedTable, predictFiles } from './queries';

/** Of a large file only its beginning is shown; the download has all of it. */
const SHOWN_BYTES = 2 << 20;

/** Takes a table, or images, by drop or choice; shows the rows with their predictions, and gives them as a file. */
export function WholeTable({
  session,
  threshold,
  ofImages = false,
}: {
  session: string;
  threshold: number | null;
  ofImages?: boolean;
}) {
  const [explain, setExplain] = useState(false);
  const chooser = useId();
  const prediction = useMutation({
    mutationFn: (files: readonly ChosenFile[]) => predictFiles(session, files, { explain, threshold }),
  });
  const take = (files: readonly ChosenFile[]) => {
    if (files.length > 0) prediction.mutate(files);
  };
  const drop = useDrop((files) => take(files));
  return (
    <Section
      title={ofImages ? 'Images' : 'A table'}
      hint={
        ofImages
          ? 'Images as they are, of any size, a folder or a zip of them; each is predicted by itself.'
          : "A CSV file with the dataset's columns, in any order. The target may be among them; the model does not get to see it."
      }
    >
      <div
        {...drop.target}
        className={cn(
          'flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md border border-dashed px-4 py-4',
          drop.over ? 'border-accent bg-accent-soft' : 'border-gray-6',
        )}
      >
        <input
          id={chooser}
          type="file"
          multiple={ofImages}
          accept={ofImages ? 'image/*,.zip' : '.csv,.tsv,.txt,text/csv'}
          aria-label={ofImages ? 'Images to predict' : 'A table to predict'}
          className="peer sr-only"
          onChange={(event) => {
            take(chosenFrom(event.target.files ?? []));
            event.target.value = '';
          }}
        />
        <Button asChild>
          <label htmlFor={chooser} className="cursor-pointer">
            <Upload size={14} />{' '}
            {prediction.isPending ? 'Predicting…' : ofImages ? 'Choose images' : 'Choose a CSV file'}
          </label>
        </Button>
        <span className="text-gray-10 text-small">{ofImages ? 'or drop them here' : 'or drop it here'}</span>
        <label className="ml-auto flex items-center gap-2 text-small">
          <input type="checkbox" checked={explain} onChange={(event) => setExplain(event.target.checked)} />
          Explain the first 100 rows
        </label>
      </div>
      {prediction.error && <ErrorState error={prediction.error} title="It was not predicted" />}
      {prediction.data && !prediction.error && <Predicted table={prediction.data} />}
    </Section>
  );
}

function Predicted({ table }: { table: PredictedTable }) {
  const cut = table.file.size > SHOWN_BYTES;
  const beginning = useQuery({
    queryKey: ['predicted', table.name, table.file.size, table],
    queryFn: () => table.file.slice(0, SHOWN_BYTES).text(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const rows = useMemo(
    () => readDelimited(beginning.data ?? '', { delimiter: ',', cut }),
    [beginning.data, cut],
  );
  const columns = useMemo(() => columnsOf(rows.header, rows.rows), [rows]);
  const url = useObjectUrl(table.file);
  if (columns.length === 0) return null;
  return (
    <div className="mt-4 flex flex-col">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <Button asChild>
          <a href={url} download={`predicted-${table.name}`}>
            <Download size={14} /> Download
          </a>
        </Button>
        <span className="number text-gray-10 text-small">
          {formatOf(rows.rows.length, 'row')}
          {cut && ' of the beginning; the download has all'}
        </span>
      </div>
      <div className="h-80 min-h-0 border">
        <DataGrid
          label={`Predictions for ${table.name}`}
          columns={columns}
          count={rows.rows.length}
          row={(index) => rows.rows[index]?.map((value) => (value === '' ? null : value)) ?? []}
        />
      </div>
      <Notes notes={table.notes} />
    </div>
  );
}
