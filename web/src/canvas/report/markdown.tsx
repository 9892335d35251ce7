import { memo, type ReactNode, useMemo } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { rawUrl } from '@/api/client';
import { workspacePath } from '@/canvas/lib/workspace';

const plugins = {
  remark: [remarkGfm],
  rehype: [[rehypeSanitize, defaultSchema] as [typeof rehypeSanitize, object]],
};

export interface MarkdownProps {
  text: string;
  /** The workspace folder that relative links start from. */
  folder: string;
  /** The number of the text's first line in the whole document; headings are named by their line. */
  line?: number;
  onOpenFile?: (path: string) => void;
  onOpenImage?: (path: string) => void;
}

/** What an agent wrote: nothing of it runs, and nothing is fetched from elsewhere. */
export const Markdown = memo(function Markdown({
  text,
  folder,
  line = 1,
  onOpenFile,
  onOpenImage,
}: MarkdownProps) {
  const components = useMemo<Components>(() => {
    const heading = (Tag: 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6') =>
      function Heading({
        children,
        node,
      }: {
        children?: ReactNode;
        node?: { position?: { start: { line: number } } };
      }) {
        return (
          <Tag id={`line-${(node?.position?.start.line ?? 1) + line - 1}`} className="scroll-mt-4">
            {children}
          </Tag>
        );
      };
    return {
      h1: heading('h1'),
      h2: heading('h2'),
      h3: heading('h3'),
      h4: heading('h4'),
      h5: heading('h5'),
      h6: heading('h6'),
      table: ({ children }) => (
        <div
          role="group"
          aria-label="Table"
          tabIndex={0}
          className="mb-3 overflow-x-auto [overflow-wrap:normal]"
        >
          <table>{children}</table>
        </div>
      ),
      img: ({ src, alt }) => {
        const path = typeof src === 'string' ? workspacePath(src, folder) : null;
        if (!path) return <span className="text-gray-10">[image: {alt || String(src ?? '')}]</span>;
        const image = (
          <img src={rawUrl(path)} alt={alt ?? ''} loading="lazy" decoding="async" className="bg-[white]" />
        );
        if (!onOpenImage) return image;
        return (
          <button
            type="button"
            onClick={() => onOpenImage(path)}
            aria-label={`Open large: ${alt || path}`}
            className="my-1 block max-w-full cursor-zoom-in rounded-md"
          >
            {image}
          </button>
        );
      },
      a: ({ href, children }) => {
        const path = href ? workspacePath(href, folder) : null;
        if (path && onOpenFile)
          return (
            <a
              href={rawUrl(path)}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                onOpenFile(path);
              }}
            >
              {children}
            </a>
          );
        if (href?.startsWith('#')) return <a href={href}>{children}</a>;
        if (!href || !/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
        return (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {children}
          </a>
        );
      },
    };
  }, [folder, line, onOpenFile, onOpenImage]);
  return (
    <ReactMarkdown remarkPlugins={plugins.remark} rehypePlugins={plugins.rehype} components={components}>
      {text}
    </ReactMarkdown>
  );
});
