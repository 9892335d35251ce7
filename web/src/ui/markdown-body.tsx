import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';

export interface MarkdownProps {
  children: string;
  /** Where an image's path leads; null shows its text alone. */
  image?: (path: string) => string | null;
  components?: Components;
}

export default function MarkdownBody({ children, image, components }: MarkdownProps) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[rehypeSanitize]}
      skipHtml
      components={{
        a: ({ href, children: text }) => (
          <a href={href} target="_blank" rel="noreferrer noopener">
            {text}
          </a>
        ),
        img: ({ src, alt }) => {
          const address = typeof src === 'string' ? (image?.(src) ?? null) : null;
          return address ? <img src={address} alt={alt ?? ''} loading="lazy" /> : <em>{alt}</em>;
        },
        table: ({ children: rows }) => (
          <div className="mb-3 overflow-x-auto" tabIndex={0} role="region" aria-label="Table">
            <table>{rows}</table>
          </div>
        ),
        ...components,
      }}
    >
      {children}
    </ReactMarkdown>
  );
}
