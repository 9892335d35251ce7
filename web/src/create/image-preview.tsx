import { formatCount, formatOf } from '@/lib/format';
import { ChosenImage } from './chosen-image';
import type { ImageLabel } from './image-folder';

const LABELS = 12;
const SAMPLES = 8;

/** An image folder before it is sent: its labels, how many images each has, and some of them. */
export function ImagePreview({ labels }: { labels: readonly ImageLabel[] }) {
  const count = labels.reduce((sum, label) => sum + label.images.length, 0);
  return (
    <div className="flex flex-col gap-2">
      <p className="text-gray-10 text-small">
        <span className="number">
          {formatOf(count, 'image')} in {formatOf(labels.length, 'folder')}
        </span>
        : a folder’s name is the label to predict. Each image becomes a row of numbers (a small grey copy,
        edges, colours), and part of the images is held back to measure.
      </p>
      <ul aria-label="Labels" className="rounded-md border bg-surface">
        {labels.slice(0, LABELS).map((label) => (
          <li
            key={label.name}
            className="flex items-center gap-3 border-gray-4 border-b px-3 py-2 last:border-b-0"
          >
            <span className="w-36 shrink-0 truncate font-[550]" title={label.name}>
              {label.name}
            </span>
            <span className="number w-14 shrink-0 text-right text-gray-10 text-small">
              {formatCount(label.images.length)}
            </span>
            <span className="flex min-w-0 gap-1.5 overflow-hidden">
              {label.images.slice(0, SAMPLES).map((image) => (
                <ChosenImage key={image.path} image={image} className="size-9" />
              ))}
            </span>
          </li>
        ))}
        {labels.length > LABELS && (
          <li className="px-3 py-2 text-gray-10 text-small">
            and {formatOf(labels.length - LABELS, 'label')} more
          </li>
        )}
      </ul>
    </div>
  );
}
