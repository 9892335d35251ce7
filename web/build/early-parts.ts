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

/** What nearly every word is written in: text that is laid out before it is there is laid out twice, and moves. */
const FONT = /inter-latin-wght-normal-.*\.woff2$/;

/**
 * Names in a meta element the files that such a page is made of, so that `early.js` can ask for them beside those of the
 * program itself, and not only once that runs; and asks for the font.
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
        const font = Object.keys(bundle ?? {}).find((file) => FONT.test(file));
        if (!font) throw new Error(`No file is called like ${FONT}.`);
        return [
          {
            tag: 'meta',
            attrs: { name: 'early-parts', content: parts.join(', ') },
            injectTo: 'head-prepend',
          },
          {
            tag: 'link',
            attrs: { rel: 'preload', href: `/${font}`, as: 'font', type: 'font/woff2', crossorigin: true },
            injectTo: 'head',
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
