import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft, FolderDown } from 'lucide-react';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { api, dataOf } from '@/api/client';
import type { FileNode } from '@/api/schema';
import { useSize } from '@/canvas/lib/size';
import { LinkIcon } from '@/canvas/parts/link-icon';
import { SearchField } from '@/canvas/parts/search-field';
import { formatOf } from '@/lib/format';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Empty, ErrorState, Skeleton } from '@/ui/states';
import { FileView } from './file-view';
import { countFiles, findNode, treeRows } from './tree';
import { TreeView } from './tree-view';

/** Folders with more than this are closed at first. */
const OPEN_AT_FIRST = 60;
const NARROW = 560;
const FIRST = new Map(['eda', 'prep', 'train', 'exec'].map((name, at) => [name, at]));

const openFolders = new Map<string, ReadonlyMap<string, boolean>>();

/** Every file of the session and its dataset, and a viewer for each kind. */
export default function FilesTab() {
  const { store, session, search, show } = useStudio();
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  const narrow = width > 0 && width < NARROW;
  const { roots, query } = useFileTree(session.id, session.experiment_id);
  const known = useView(store, (view) => view.files);
  const [find, setFind] = useState('');
  const wanted = useDeferredValue(find);
  const [chosen, setChosen] = useState(() => openFolders.get(session.id) ?? new Map<string, boolean>());
  const counts = useMemo(() => {
    const all = new Map<string, number | null>();
    for (const root of roots) countFiles(root, all);
    return all;
  }, [roots]);
  const path = search.path ?? null;
  const found = useMemo(() => (path ? findNode(roots, path) : null), [roots, path]);
  // A link opens the folders on its way, until the person closes them.
  const onWay = useMemo(() => new Set(found?.folders), [found]);
  const isOpen = useCallback(
    (folder: string) =>
      chosen.get(folder) ?? (onWay.has(folder) || (counts.get(folder) ?? Infinity) <= OPEN_AT_FIRST),
    [chosen, onWay, counts],
  );
  const rows = useMemo(() => treeRows(roots, isOpen, counts, wanted), [roots, isOpen, counts, wanted]);
  const toggle = (folder: string) =>
    setChosen((now) => {
      const next = new Map(now).set(folder, !isOpen(folder));
      openFolders.set(session.id, next);
      return next;
    });
  const choose = useCallback((to: string) => show({ path: to }), [show]);

  const total = roots.reduce((sum, root) => sum + (counts.get(root.path) ?? 0), 0);
  const tree = (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1.5 px-2 py-1.5">
        <SearchField label="Find a file" value={find} onChange={setFind} className="grow" />
        <LinkIcon label="Download all as a zip" href={`/api/files/zip?path=/sessions/${session.id}`}>
          <FolderDown size={15} aria-hidden />
        </LinkIcon>
      </div>
      <div className="min-h-0 grow">
        {query.isPending ? (
          <div role="status" aria-label="Loading" className="flex flex-col gap-2.5 p-3">
            {['w-1/2', 'w-2/3', 'w-3/5', 'w-1/2', 'w-2/5'].map((each, index) => (
              <Skeleton key={`${each}${index}`} className={`h-3.5 ${each}`} />
            ))}
          </div>
        ) : query.error && roots.length === 0 ? (
          <ErrorState
            error={query.error}
            title="The files could not be listed"
            onRetry={() => void query.refetch()}
          />
        ) : total === 0 && !find ? (
          <Empty title="No files yet">What the agent writes appears here while it works.</Empty>
        ) : rows.length === 0 ? (
          <Empty
            title={`No file is called “${find}”`}
            action={<Button onClick={() => setFind('')}>Show all</Button>}
          >
            {formatOf(total, 'file')} are left out by the search.
          </Empty>
        ) : (
          <TreeView
            rows={rows}
            current={path}
            sizeOf={(file) => known.get(file)?.size ?? null}
            onToggle={toggle}
            onChoose={choose}
            place={`${session.id}/files`}
          />
        )}
      </div>
    </div>
  );
  const file = path && (
    <FileView
      key={path}
      path={path}
      version={known.get(path)?.version ?? 0}
      images={imagesBeside(found, roots)}
    />
  );
  return (
    <div ref={frame} className="flex h-full min-h-0">
      {narrow ? (
        path ? (
          <div className="flex min-w-0 grow flex-col">
            <Button look="ghost" className="m-1 self-start" onClick={() => show({ path: undefined })}>
              <ArrowLeft size={14} aria-hidden /> All files
            </Button>
            <div className="min-h-0 grow border-t">{file}</div>
          </div>
        ) : (
          <div className="min-w-0 grow">{tree}</div>
        )
      ) : (
        <>
          <div className="w-[min(260px,36%)] shrink-0 border-r">{tree}</div>
          <div className="min-w-0 grow">
            {file || (
              <Empty title="Choose a file" className="h-full">
                Images, tables, JSON, reports and scripts open here.
              </Empty>
            )}
          </div>
        </>
      )}
    </div>
  );
}

/** The folders of the session's stages, and the dataset's. What is written while one looks is listed within a second. */
function useFileTree(session: string, experiment: string) {
  const { store } = useStudio();
  const queries = useQueryClient();
  const files = useView(store, (view) => view.files);
  const query = useQuery({
    queryKey: ['tree', session],
    queryFn: async ({ signal }) => {
      const read = (root: string) =>
        dataOf(api.GET('/api/files/tree', { params: { query: { root } }, signal }));
      const [own, data] = await Promise.all([
        read(`/sessions/${session}`),
        read(`/datasets/${experiment}`).catch(() => null),
      ]);
      return [own, ...(data ? [{ ...data, name: 'dataset' }] : [])];
    },
  });
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const first = useRef(files);
  useEffect(() => {
    if (files === first.current) return;
    first.current = files;
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      void queries.invalidateQueries({ queryKey: ['tree', session] });
    }, 700);
  }, [files, queries, session]);
  useEffect(() => () => clearTimeout(pending.current), []);
  const roots = useMemo(() => {
    const [own, data] = query.data ?? [];
    const order = (node: FileNode) => FIRST.get(node.name) ?? FIRST.size;
    const stages = [...(own?.children ?? [])].sort((one, other) => order(one) - order(other));
    return [
      ...stages.filter((node) => node.type !== 'directory' || (node.children?.length ?? 1) > 0),
      ...(data ? [data] : []),
    ];
  }, [query.data]);
  return { roots, query };
}

/** The images of the folder that a file is in, to leaf through. */
function imagesBeside(found: ReturnType<typeof findNode>, roots: readonly FileNode[]): string[] {
  const folder = found?.folders.at(-1);
  const siblings = folder ? findNode(roots, folder)?.node.children : null;
  return (siblings ?? []).flatMap((node) => (/\.(png|jpe?g|gif|webp)$/i.test(node.path) ? [node.path] : []));
}
