import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronRight, File as FileGlyph, Folder, X } from 'lucide-react';
import { useState } from 'react';
import type { S3Listing } from '@/api/schema';
import { cn } from '@/lib/cn';
import { formatBytes } from '@/lib/format';
import { Button, IconButton } from '@/ui/button';
import { Select } from '@/ui/select';
import { Skeleton } from '@/ui/states';
import { bucketsQuery, listingQuery } from './s3-queries';
import { addressOf, isFolder, type S3Choice, wayTo } from './s3-source';

/** The buckets that may be used, folder by folder; a file or all of a folder can be taken. */
export function S3Browser({
  choice,
  onChoose,
}: {
  choice: S3Choice | null;
  onChoose: (choice: S3Choice | null) => void;
}) {
  const { data, error } = useQuery(bucketsQuery);
  if (error) return <Problem text={error.message} />;
  if (!data) return <Skeleton className="h-48 rounded-md" />;
  const [first] = data.buckets;
  if (!first)
    return (
      <p className="rounded-md border border-gray-7 border-dashed px-6 py-12 text-center text-gray-10">
        S3 is not set up on this server. Start it with S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
        and TRAINABLE_S3_BUCKETS.
      </p>
    );
  return <Buckets buckets={data.buckets} first={first} choice={choice} onChoose={onChoose} />;
}

function Buckets({
  buckets,
  first,
  choice,
  onChoose,
}: {
  buckets: readonly string[];
  first: string;
  choice: S3Choice | null;
  onChoose: (choice: S3Choice | null) => void;
}) {
  const [bucket, setBucket] = useState(choice?.bucket ?? first);
  const [prefix, setPrefix] = useState('');
  return (
    <div className="rounded-md border border-gray-7 bg-surface">
      <div className="flex min-h-10 flex-wrap items-center gap-2 border-gray-4 border-b px-2 py-1">
        {buckets.length > 1 && (
          <div className="w-44">
            <Select
              label="Bucket"
              value={bucket}
              onChange={(value) => {
                setBucket(value);
                setPrefix('');
              }}
              options={buckets.map((value) => ({ value, label: value }))}
            />
          </div>
        )}
        <nav aria-label="Folder" className="flex min-w-0 grow flex-wrap items-center text-small">
          {[{ name: bucket, prefix: '' }, ...wayTo(prefix)].map((part, index) => (
            <span key={part.prefix} className="flex min-w-0 items-center">
              {index > 0 && <ChevronRight size={13} className="shrink-0 text-gray-9" />}
              <Button
                look="ghost"
                size="small"
                aria-current={part.prefix === prefix ? 'location' : undefined}
                onClick={() => setPrefix(part.prefix)}
              >
                <span className="max-w-[24ch] truncate">{part.name || '(no name)'}</span>
              </Button>
            </span>
          ))}
        </nav>
        <Button size="small" onClick={() => onChoose({ bucket, key: prefix })}>
          Take all in this folder
        </Button>
      </div>
      <Listing
        bucket={bucket}
        prefix={prefix}
        choice={choice}
        onOpen={setPrefix}
        onChoose={(key) => onChoose({ bucket, key })}
      />
      {choice && (
        <div className="flex min-h-9 items-center gap-2 px-3 py-1 text-small">
          <span className="text-gray-10">{isFolder(choice) ? 'All in' : 'Chosen'}</span>
          <span className="mono min-w-0 truncate">{addressOf(choice)}</span>
          <IconButton label="Choose nothing" size="small" className="ml-auto" onClick={() => onChoose(null)}>
            <X size={13} />
          </IconButton>
        </div>
      )}
    </div>
  );
}

function Listing({
  bucket,
  prefix,
  choice,
  onOpen,
  onChoose,
}: {
  bucket: string;
  prefix: string;
  choice: S3Choice | null;
  onOpen: (prefix: string) => void;
  onChoose: (key: string) => void;
}) {
  const listing = useInfiniteQuery(listingQuery(bucket, prefix));
  if (listing.error)
    return (
      <div className="flex flex-col items-start gap-2 p-3">
        <Problem text={listing.error.message} />
        <Button size="small" onClick={() => void listing.refetch()}>
          Try again
        </Button>
      </div>
    );
  if (!listing.data) return <Skeleton className="m-3 h-40 rounded-md" />;
  const folders = listing.data.pages.flatMap((page) => page.folders);
  const files = listing.data.pages.flatMap((page) => page.files);
  if (folders.length + files.length === 0)
    return <p className="px-3 py-10 text-center text-gray-10">Nothing is in here.</p>;
  return (
    <div className="max-h-[316px] overflow-y-auto border-gray-4 border-b">
      <ul aria-label="Objects">
        {folders.map((folder) => (
          <li key={folder.prefix}>
            <Row onClick={() => onOpen(folder.prefix)}>
              <Folder size={14} className="shrink-0 text-gray-9" />
              <span className="min-w-0 grow truncate">{folder.name || '(no name)'}</span>
            </Row>
          </li>
        ))}
        {files.map((file) => (
          <FileRow
            key={file.key}
            file={file}
            chosen={choice?.bucket === bucket && choice.key === file.key}
            onChoose={() => onChoose(file.key)}
          />
        ))}
      </ul>
      {listing.hasNextPage && (
        <div className="p-2">
          <Button
            look="ghost"
            size="small"
            disabled={listing.isFetchingNextPage}
            onClick={() => void listing.fetchNextPage()}
          >
            {listing.isFetchingNextPage ? 'Reading…' : 'Show more'}
          </Button>
        </div>
      )}
    </div>
  );
}

function FileRow({
  file,
  chosen,
  onChoose,
}: {
  file: S3Listing['files'][number];
  chosen: boolean;
  onChoose: () => void;
}) {
  return (
    <li>
      <Row chosen={chosen} onClick={onChoose}>
        <FileGlyph size={14} className="shrink-0 text-gray-9" />
        <span className="min-w-0 grow truncate">{file.name}</span>
        <span className="number text-gray-10 text-small">{formatBytes(file.size)}</span>
      </Row>
    </li>
  );
}

function Row({
  chosen,
  onClick,
  children,
}: {
  chosen?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onClick}
      className={cn(
        'flex h-9 w-full items-center gap-2 border-gray-4 border-b px-3 text-left transition-colors duration-120 hover:bg-gray-3 focus-visible:outline-offset-[-3px]',
        chosen && 'bg-accent-soft',
      )}
    >
      {children}
    </button>
  );
}

const Problem = ({ text }: { text: string }) => (
  <p role="alert" className="rounded-md bg-failed-soft px-3 py-2 text-failed-text [overflow-wrap:anywhere]">
    {text}
  </p>
);
