import { Suspense } from 'react';
import { cn } from '@/lib/cn';
import { part } from '@/lib/part';
import type { MarkdownProps } from './markdown-body';

const Body = part(() => import('./markdown-body'));

/** Markdown by somebody who is not to be trusted: no HTML, links leave in a new tab. Plain text until its reader is loaded. */
export function Markdown({ className, ...rest }: MarkdownProps & { className?: string }) {
  return (
    <div className={cn('prose', className)}>
      <Suspense fallback={<p className="whitespace-pre-wrap">{rest.children}</p>}>
        <Body {...rest} />
      </Suspense>
    </div>
  );
}
