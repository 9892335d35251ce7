import { cn } from '@/lib/cn';

/** A small image. What a browser cannot draw, such as most TIFF, leaves its place empty. */
export function Thumbnail({ src, className }: { src: string; className?: string }) {
  return (
    <img
      src={src}
      alt=""
      loading="lazy"
      decoding="async"
      onError={(event) => {
        event.currentTarget.style.visibility = 'hidden';
      }}
      className={cn('inline-block shrink-0 rounded-xs bg-gray-4 object-cover', className)}
    />
  );
}
