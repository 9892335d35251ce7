import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { rawUrl } from '@/api/client';
import { nameOf } from '@/canvas/lib/workspace';
import { IconButton } from '@/ui/button';
import { Modal } from '@/ui/modal';

/** An image as large as the window; the arrows lead through its neighbours. */
export default function Lightbox({
  path,
  paths,
  onChange,
}: {
  path: string | null;
  paths: readonly string[];
  onChange: (path: string | null) => void;
}) {
  const at = path ? paths.indexOf(path) : -1;
  const step = (by: number) => {
    const next = paths[at + by];
    if (at >= 0 && next) onChange(next);
  };
  return (
    <Modal
      open={path !== null}
      onOpenChange={(open) => !open && onChange(null)}
      aria-describedby={undefined}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') step(-1);
        else if (event.key === 'ArrowRight') step(1);
      }}
      className="fixed inset-3 z-50 flex animate-appear flex-col overflow-hidden rounded-md border border-gray-6 bg-surface shadow-raised outline-none md:inset-8"
    >
      <div className="flex h-10 shrink-0 items-center gap-1 border-b pr-1.5 pl-3">
        <Dialog.Title className="mono min-w-0 grow truncate text-small">{path && nameOf(path)}</Dialog.Title>
        {paths.length > 1 && at >= 0 && (
          <>
            <span className="number mr-1 text-gray-10 text-small">
              {at + 1} of {paths.length}
            </span>
            <IconButton label="Image before" shortcut="←" disabled={at === 0} onClick={() => step(-1)}>
              <ChevronLeft size={15} />
            </IconButton>
            <IconButton
              label="Next image"
              shortcut="→"
              disabled={at === paths.length - 1}
              onClick={() => step(1)}
            >
              <ChevronRight size={15} />
            </IconButton>
          </>
        )}
        {path && (
          <a
            href={rawUrl(path, { download: true })}
            aria-label="Download the image"
            className="inline-flex size-7 items-center justify-center rounded-md text-gray-11 hover:bg-gray-4 hover:text-gray-12"
          >
            <Download size={15} aria-hidden />
          </a>
        )}
        <Dialog.Close asChild>
          <IconButton label="Close" shortcut="Esc">
            <X size={15} />
          </IconButton>
        </Dialog.Close>
      </div>
      <div className="flex min-h-0 grow items-center justify-center overflow-auto bg-gray-2 p-4">
        {path && (
          <img
            src={rawUrl(path)}
            alt={nameOf(path)}
            className="max-h-full max-w-full rounded-sm bg-[white] object-contain"
          />
        )}
      </div>
    </Modal>
  );
}
