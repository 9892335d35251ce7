import { Skeleton } from '@/ui/states';
import type { ChosenData } from './chosen-data';
import type { ChosenFile } from './dropped';
import { ImagePreview } from './image-preview';
import { PreviewTable } from './preview-table';
import { MainTableChoice, SheetChoice } from './table-choice';
import type { Wishes } from './wishes';

/** What the chosen data shows before it is sent, and which sheet or table of it is meant. */
export function ChosenDataView({
  data,
  files,
  isS3,
  wishes,
  onChange,
}: {
  data: ChosenData;
  files: readonly ChosenFile[];
  isS3: boolean;
  wishes: Wishes;
  onChange: (change: Partial<Wishes>) => void;
}) {
  const { single, several, labels, table, preview, images, pending, error } = data;
  return (
    <>
      {single && !isS3 && preview?.sheets && preview.sheets.length > 1 && (
        <SheetChoice
          sheets={preview.sheets}
          value={wishes.sheet || (preview.sheet ?? '')}
          onChange={(sheet) => onChange({ sheet, target: '', dropped: [], group: '', time: '' })}
        />
      )}
      {several && !isS3 && !labels && (
        <MainTableChoice
          files={files}
          value={wishes.main}
          // What was picked of one table's columns is not meant of another's.
          onChange={(main) =>
            onChange({ main, ...(table && { target: '', dropped: [], group: '', time: '' }) })
          }
        />
      )}
      {pending && <Skeleton className="h-48 rounded-md" />}
      {error && (
        <p role="alert" className="rounded-md bg-failed-soft px-3 py-2 text-failed-text">
          {error.message}
        </p>
      )}
      {preview && table && !images && (
        <p className="text-warning-text">
          The first rows of {table.path} name none of the images, by path or name: the images would stay
          files, and the agent would have to find what belongs together.
        </p>
      )}
      {preview && (
        <PreviewTable
          preview={preview}
          target={wishes.target}
          dropped={wishes.dropped}
          images={images}
          onTarget={(target) => onChange({ target })}
        />
      )}
      {several && !isS3 && labels && <ImagePreview labels={labels} />}
      {several && isS3 && (
        <p className="text-gray-10">
          Files with the same columns become one table. Otherwise the largest with the column to predict is
          the table, and the others lie beside it.
        </p>
      )}
    </>
  );
}
