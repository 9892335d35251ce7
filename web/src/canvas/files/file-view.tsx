import { useQuery } from '@tanstack/react-query';
import { Check, Copy, Download, Maximize2 } from 'lucide-react';
import { type ReactNode, Suspense, useState } from 'react';
import { rawUrl } from '@/api/client';
import { folderOf, nameOf } from '@/canvas/lib/workspace';
import { LinkIcon } from '@/canvas/parts/link-icon';
import { formatBytes } from '@/lib/format';
import { part } from '@/lib/part';
import { IconButton } from '@/ui/button';
import { Empty, ErrorState, SkeletonText } from '@/ui/states';
import { type FileHead, headQuery } from './head';
import { kindOf } from './kind';

const Lightbox = part(() => import('@/canvas/parts/lightbox'));
const TableFile = part(() => import('./table-file'));
const ServedTable = part(() => import('./served-table'));
const JsonFile = part(() => import('./json-file'));
const TextFile = part(() => import('./text-file'));
const PythonFile = part(() => import('./python-file'));
const MarkdownFile = part(() => import('./markdown-file'));

/** One file, by what it is, under its name and what can be done with it. */
export function FileView({
  path,
  version,
  images,
}: {
  path: string;
  version: number;
  images: readonly string[];
}) {
  const [large, setLarge] = useState<string | null>(null);
  const kind = kindOf(path);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-0.5 border-b pr-1.5 pl-3">
        <h3 className="mono min-w-0 grow truncate text-small" title={path}>
          {nameOf(path)}
        </h3>
        <CopyPath path={path} />
        {kind === 'image' && (
          <IconButton label="Open large" onClick={() => setLarge(path)}>
            <Maximize2 size={14} />
          </IconButton>
        )}
        <LinkIcon label="Download" href={rawUrl(path, { download: true })}>
          <Download size={15} aria-hidden />
        </LinkIcon>
      </div>
      <div className="min-h-0 grow overflow-hidden">
        <Suspense fallback={<SkeletonText className="p-4" />}>
          {kind === 'image' ? (
            <ImageFile path={path} version={version} onOpen={() => setLarge(path)} />
          ) : kind === 'page' ? (
            <PageFile path={path} version={version} />
          ) : kind === 'parquet' ? (
            <ServedTable path={path} version={version} />
          ) : kind === 'binary' ? (
            <Binary path={path} />
          ) : (
            <Headed path={path} version={version}>
              {(text, head) => {
                const cut = head.read < head.size;
                if (kind === 'table') {
                  const table = <TableFile text={text} cut={cut} path={path} />;
                  return cut ? <ServedTable path={path} version={version} instead={table} /> : table;
                }
                if (kind === 'json' && !cut) return <JsonFile text={text} />;
                if (kind === 'python') return <PythonFile text={text} />;
                if (kind === 'markdown') return <MarkdownFile text={text} folder={folderOf(path)} />;
                return <TextFile text={text} />;
              }}
            </Headed>
          )}
        </Suspense>
      </div>
      <Suspense>{large && <Lightbox path={large} paths={images} onChange={setLarge} />}</Suspense>
    </div>
  );
}

/** What needs the text of the file, or its beginning. */
function Headed({
  path,
  version,
  children,
}: {
  path: string;
  version: number;
  children: (text: string, head: FileHead) => ReactNode;
}) {
  const { data, error, refetch } = useQuery({
    ...headQuery(path, version),
    placeholderData: (before) => before,
  });
  if (error && !data)
    return <ErrorState error={error} title="The file could not be read" onRetry={() => void refetch()} />;
  if (!data) return <SkeletonText className="p-4" lines={6} />;
  if (data.text === null) return <Binary path={path} />;
  if (data.size === 0) return <Empty title="The file is empty" />;
  return (
    <div className="flex h-full min-h-0 flex-col">
      {data.read < data.size && (
        <p className="shrink-0 border-b bg-gray-2 px-3 py-1.5 text-gray-11 text-small">
          The first {formatBytes(data.read)} of {formatBytes(data.size)} are shown.{' '}
          <a className="text-accent-text underline" href={rawUrl(path, { download: true })}>
            Download all of it
          </a>
        </p>
      )}
      <div className="min-h-0 grow">{children(data.text, data)}</div>
    </div>
  );
}

function ImageFile({ path, version, onOpen }: { path: string; version: number; onOpen: () => void }) {
  const [failed, setFailed] = useState(false);
  if (failed)
    return (
      <Empty title="The image could not be drawn" className="h-full">
        It is missing, still being written, or no image. Download it to look at its bytes.
      </Empty>
    );
  return (
    <div className="flex h-full items-center justify-center overflow-auto bg-gray-2 p-4">
      <button
        type="button"
        onClick={onOpen}
        aria-label="Open large"
        className="max-h-full max-w-full cursor-zoom-in rounded-md"
      >
        <img
          key={version}
          src={rawUrl(path, { version })}
          alt={nameOf(path)}
          onError={() => setFailed(true)}
          className="max-h-[calc(100vh-180px)] max-w-full rounded-md border bg-[white]"
        />
      </button>
    </div>
  );
}

/** HTML or SVG by an agent: in a frame of no origin, without scripts, forms or requests; the server says the same. */
function PageFile({ path, version }: { path: string; version: number }) {
  return (
    <div className="flex h-full flex-col">
      <p className="shrink-0 border-b bg-gray-2 px-3 py-1.5 text-gray-10 text-small">
        Shown without its scripts, and cut off from the network.
      </p>
      <iframe
        key={version}
        title={nameOf(path)}
        src={rawUrl(path, { version })}
        sandbox=""
        referrerPolicy="no-referrer"
        className="min-h-0 w-full grow bg-[white]"
      />
    </div>
  );
}

function Binary({ path }: { path: string }) {
  return (
    <Empty
      title="This is no text"
      className="h-full"
      action={
        <a className="text-accent-text underline" href={rawUrl(path, { download: true })}>
          Download {nameOf(path)}
        </a>
      }
    >
      It is kept as bytes, such as a model or an archive. Downloading it runs nothing.
    </Empty>
  );
}

function CopyPath({ path }: { path: string }) {
  const [done, setDone] = useState(false);
  return (
    <IconButton
      label={done ? 'Copied' : 'Copy the path in the sandbox'}
      onClick={() => {
        void navigator.clipboard?.writeText(`/data${path}`).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 1500);
        });
      }}
    >
      {done ? <Check size={14} /> : <Copy size={14} />}
    </IconButton>
  );
}
