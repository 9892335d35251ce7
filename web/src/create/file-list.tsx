import { File as FileGlyph, FolderOpen, Upload, X } from 'lucide-react';
import { useState } from 'react';
import { cn } from '@/lib/cn';
import { formatBytes, formatCount, formatOf } from '@/lib/format';
import { Button, IconButton } from '@/ui/button';
import { type ChosenFile, chooseFiles } from './dropped';

const LISTED = 6;
const MOST_LISTED = 1_000;

/** Where files are dropped or chosen, and which are. */
export function FileList({
  files,
  over,
  onAdd,
  onRemove,
}: {
  files: readonly ChosenFile[];
  over: boolean;
  onAdd: (files: ChosenFile[]) => void;
  onRemove: (path: string) => void;
}) {
  const [all, setAll] = useState(false);
  const shown = all ? files.slice(0, MOST_LISTED) : files.slice(0, LISTED);
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <div
      className={cn(
        'rounded-md border border-gray-7 border-dashed bg-surface transition-colors duration-120',
        over && 'border-accent bg-accent-soft',
        files.length > 0 && 'border-solid',
      )}
    >
      {files.length === 0 ? (
        <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
          <Upload size={20} className="text-gray-9" />
          <p className="font-[550] text-title">Drop a file, several, or a folder</p>
          <p className="text-gray-10">
            CSV, Excel, Parquet or JSON, or images in a folder for each label; part of it is held back to
            measure
          </p>
          <div className="mt-2 flex gap-2">
            <Button onClick={() => chooseFiles(onAdd)}>Choose files</Button>
            <Button onClick={() => chooseFiles(onAdd, true)}>
              <FolderOpen size={13} /> Choose a folder
            </Button>
          </div>
        </div>
      ) : (
        <>
          <ul aria-label="Files">
            {shown.map(({ file, path }) => (
              <li key={path} className="flex h-9 items-center gap-2 border-gray-4 border-b pr-1.5 pl-3">
                <FileGlyph size={14} className="shrink-0 text-gray-9" />
                <span className="min-w-0 grow truncate">{path}</span>
                <span className="number text-gray-10 text-small">{formatBytes(file.size)}</span>
                <IconButton label={`Remove ${path}`} size="small" onClick={() => onRemove(path)}>
                  <X size={13} />
                </IconButton>
              </li>
            ))}
          </ul>
          <div className="flex min-h-9 flex-wrap items-center gap-2 px-3 py-1 text-gray-10 text-small">
            <span className="number">
              {formatOf(files.length, 'file')}, {formatBytes(total)}
            </span>
            {files.length > LISTED && (
              <Button look="ghost" size="small" onClick={() => setAll(!all)}>
                {all
                  ? 'Show fewer'
                  : files.length > MOST_LISTED
                    ? `Show ${formatCount(MOST_LISTED)}`
                    : 'Show all'}
              </Button>
            )}
            <Button look="ghost" size="small" className="-mr-1.5 ml-auto" onClick={() => chooseFiles(onAdd)}>
              Add files
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
