import type { Plugin } from 'vite';

/** Where pages are, and the module that each is; below an address that ends in a slash there is one for everything. */
const PAGES: Readonly<Record<string, string>> = {
  '/': 'src/gallery/gallery-page.tsx',
  '/new': 'src/create/create-page.tsx',
  '/experiments/': 'src/experiment/experiment-page.tsx',
  '/sessions/': 'src/session/session-page.tsx',
  '/compare': 'src/compare/compare-page.tsx',
  '/usage': 'src/usage/usage-page.tsx',
};

/**
 * Names in a meta element the files that such a page is made of, so that `early.js` can ask for them beside those of the
 * program itself, and not only once that runs.
 */
export function earlyParts(): Plugin {
  return {
    name: 'trainable-early-parts',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((one) => one.type === 'chunk');
        const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
        const entry = chunks.find((chunk) => chunk.isEntry);
        const known = new Set(entry ? reached(entry.fileName) : []);
        const parts = Object.entries(PAGES).map(([path, module]) => {
          const page = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(module));
          if (!page) throw new Error(`${module} is in no chunk of its own.`);
          return [path, ...reached(page.fileName).filter((file) => !known.has(file))].join(' ');
        });
        return [
          {
            tag: 'meta',
            attrs: { name: 'early-parts', content: parts.join(', ') },
            injectTo: 'head-prepend',
          },
        ];

        function reached(file: string, found = new Set<string>()): string[] {
          if (found.has(file)) return [];
          found.add(file);
          for (const other of byFile.get(file)?.imports ?? []) reached(other, found);
          return [...found];
        }
      },
    },
  };
}
