import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { DatasetPreview } from '@/api/types';
import type { ChosenFile } from './dropped';
import { imageLabels } from './image-folder';
import { imageTable, namedImages } from './image-rows';
import { previewQuery } from './preview';
import { objectPreviewQuery } from './s3-queries';
import { isFolder, type S3Choice } from './s3-source';
import type { Wishes } from './wishes';

/** While another sheet of the workbook is read, the sheets stay where they are. */
const keepSheets = (last: DatasetPreview | undefined, query: { queryKey: readonly unknown[] } | undefined) =>
  last?.sheets && query?.queryKey[0] === 'preview' ? last : undefined;

/** What was chosen as data, and what its beginning shows: of a file, of an object in S3, or of the table that names images. */
export function useChosenData(
  files: readonly ChosenFile[],
  stored: S3Choice | null,
  isS3: boolean,
  wishes: Wishes,
) {
  const given = isS3 ? stored !== null : files.length > 0;
  const several = isS3 ? stored !== null && isFolder(stored) : files.length > 1;
  const single = given && !several;
  const labels = useMemo(() => (isS3 ? null : imageLabels(files)), [isS3, files]);
  const table = useMemo(
    () => (isS3 || labels ? null : imageTable(files, wishes.main)),
    [isS3, labels, files, wishes.main],
  );
  const ofFile = useQuery({
    ...previewQuery(isS3 ? null : single ? (files[0] ?? null) : table, wishes.sheet),
    placeholderData: keepSheets,
  });
  const ofObject = useQuery(objectPreviewQuery(single && isS3 ? stored : null));
  const query = isS3 ? ofObject : ofFile;
  const shown = single || table !== null;
  const preview = shown ? query.data : undefined;
  const images = useMemo(
    () => (table && preview ? namedImages(preview, files) : null),
    [table, preview, files],
  );
  /** Those that may be predicted: not the names of images. */
  const columns = useMemo(
    () => (single || images ? (preview?.columns ?? []).filter((_, at) => at !== images?.column) : []),
    [single, images, preview],
  );
  return {
    given,
    several,
    single,
    labels,
    table,
    preview,
    images,
    columns,
    pending: shown && query.isPending,
    error: shown ? query.error : null,
  };
}

export type ChosenData = ReturnType<typeof useChosenData>;
