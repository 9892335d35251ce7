import { Download } from 'lucide-react';
import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { rawUrl } from '@/api/client';
import { usePlace } from '@/canvas/lib/place';
import { workspacePath } from '@/canvas/lib/workspace';
import { formatBytes } from '@/lib/format';
import { part } from '@/lib/part';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { chunkOf, cutReport } from './chunks';
import { Markdown } from './markdown';
import { Outline } from './outline';

const Lightbox = part(() => import('@/canvas/parts/lightbox'));

/** A report at a comfortable measure, with its outline beside it. A long one is rendered as one reads on. */
export function ReportText({
  markdown,
  folder,
  file,
  place,
  stale,
  header,
  top,
}: {
  markdown: string;
  folder: string;
  /** Where all of it can be downloaded; absent where that is offered elsewhere. */
  file?: string;
  place: string;
  /** The stage runs again: this is what it said before. */
  stale?: boolean;
  header?: ReactNode;
  /** What stands above the text. */
  top?: ReactNode;
}) {
  const { show } = useStudio();
  const report = useMemo(() => cutReport(markdown), [markdown]);
  const [rendered, setRendered] = useState(1);
  const [image, setImage] = useState<string | null>(null);
  const wanted = useRef<number | null>(null);
  const scroller = usePlace<HTMLDivElement>(place);
  const end = useRef<HTMLDivElement>(null);
  const images = useMemo(() => imagesOf(markdown, folder), [markdown, folder]);
  const openFile = useCallback((path: string) => show({ tab: 'files', path }), [show]);
  const openImage = useCallback((path: string) => setImage(path), []);
  const more = rendered < report.chunks.length;

  // The next part is rendered a screen before it is reached.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each part the end is looked at anew
  useEffect(() => {
    if (!more || !end.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && setRendered((count) => count + 1),
      { root: scroller.current, rootMargin: '0px 0px 1200px 0px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [more, rendered]);

  const goTo = useCallback(
    (line: number) => {
      const target = scroller.current?.querySelector(`#line-${line}`);
      if (target) {
        target.scrollIntoView({ block: 'start' });
        return;
      }
      wanted.current = line;
      setRendered((count) => Math.max(count, chunkOf(report.chunks, line) + 1));
    },
    [report, scroller],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a heading that was asked for is there once its part is
  useEffect(() => {
    if (wanted.current === null) return;
    const target = scroller.current?.querySelector(`#line-${wanted.current}`);
    wanted.current = null;
    target?.scrollIntoView({ block: 'start' });
  }, [rendered]);

  return (
    <div ref={scroller} className="@container relative h-full overflow-y-auto">
      <div className="mx-auto flex max-w-[1080px] justify-center gap-7 px-6 pt-4 pb-16 max-sm:px-4">
        <div className="w-full min-w-0 max-w-[72ch]">
          {(header || file) && (
            <div className="mb-5 flex flex-wrap items-center justify-between gap-2">
              {header}
              {file && (
                <Button asChild look="ghost">
                  <a href={rawUrl(file, { download: true })} title="Download the report">
                    <Download size={14} aria-hidden /> report.md
                  </a>
                </Button>
              )}
            </div>
          )}
          {top && <div className="mb-6 rounded-md border px-3.5 py-2.5">{top}</div>}
          {stale && (
            <p className="mb-4 rounded-md bg-gray-3 px-3 py-2 text-gray-11 text-small">
              This stage is running again. Below is the report of its last run, until the new one is written.
            </p>
          )}
          <article className="prose" aria-label="Report">
            {report.chunks.slice(0, rendered).map((chunk) => (
              <Markdown
                key={chunk.line}
                text={chunk.text}
                line={chunk.line}
                folder={folder}
                onOpenFile={openFile}
                onOpenImage={openImage}
              />
            ))}
          </article>
          {more && <div ref={end} className="mt-6 h-8 animate-shimmer rounded-sm bg-gray-3" />}
          {!more && report.shown < report.length && (
            <p className="mt-6 rounded-md bg-gray-3 px-3 py-2 text-gray-11 text-small">
              The report has {formatBytes(report.length)}; the first {formatBytes(report.shown)} are shown.{' '}
              {file && (
                <a className="text-accent-text underline" href={rawUrl(file, { download: true })}>
                  Download all of it
                </a>
              )}
            </p>
          )}
        </div>
        {report.headings.length > 2 && (
          <Outline headings={report.headings} scroller={scroller} onChoose={goTo} />
        )}
      </div>
      <Suspense>{image && <Lightbox path={image} paths={images} onChange={setImage} />}</Suspense>
    </div>
  );
}

const IMAGE = /!\[[^\]\n]*\]\(\s*<?([^)\s>]+)/g;

function imagesOf(markdown: string, folder: string): string[] {
  const paths = new Set<string>();
  for (const [, source] of markdown.slice(0, 1_000_000).matchAll(IMAGE)) {
    const path = workspacePath(source ?? '', folder);
    if (path) paths.add(path);
  }
  return [...paths];
}
