// Runs before the first paint and before the program itself.
(() => {
  const { pathname, search } = location;
  const ask = (rel, href, as) => {
    const link = document.createElement('link');
    Object.assign(link, { rel, href, ...(as && { as, crossOrigin: 'anonymous' }) });
    document.head.append(link);
  };

  // The parts of the page at this address, so that they come beside the program and not after it (build/early-parts.ts).
  const parts = document.querySelector('meta[name=early-parts]')?.content ?? '';
  for (const page of parts.split(', ')) {
    const [path, ...files] = page.split(' ');
    const isHere = path.length > 1 && path.endsWith('/') ? pathname.startsWith(path) : pathname === path;
    if (isHere) for (const file of files) ask('modulepreload', `/${file}`);
  }

  // And what that page asks for first (src/app/early.ts), to the letter.
  const session = /^\/sessions\/([0-9a-f-]{36})\/?$/.exec(pathname)?.[1];
  if (session) ask('preload', `/api/sessions/${session}`, 'fetch');
  if (pathname === '/' && !search) {
    ask('preload', '/api/experiments?include=summary&limit=48', 'fetch');
    ask('preload', '/api/experiments/totals', 'fetch');
  }

  // The theme, so that the page never flashes in the other one. Storage may take long to answer, hence last.
  let chosen = null;
  try {
    chosen = localStorage.getItem('trainable.theme');
  } catch {
    // Storage can be forbidden; the system's theme serves then.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
