import { cn } from '@/lib/cn';
import { useObjectUrl } from '@/lib/object-url';
import { Thumbnail } from '@/ui/thumbnail';
import type { ChosenFile } from './dropped';

/** An image that was chosen and not yet sent. */
export function ChosenImage({ image, className }: { image: ChosenFile; className: string }) {
  const url = useObjectUrl(image.file);
  return url ? (
    <Thumbnail src={url} className={className} />
  ) : (
    <span className={cn('shrink-0 rounded-xs bg-gray-4', className)} />
  );
}
