// Runs before the first paint and before the program itself.
(() => {
  // The parts of the page at this address, so that they come beside the program and not after it (build/early-parts.ts).
  const parts = document.querySelector('meta[name=early-parts]')?.content ?? '';
  for (const page of parts.split(', ')) {
    const [path, ...files] = page.split(' ');
    if (!path || !location.pathname.startsWith(path)) continue;
    for (const file of files) {
      const link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = `/${file}`;
      document.head.append(link);
    }
  }

  // What a session's page asks for first (src/app/early.ts), while the program is still on its way.
  const session = /^\/sessions\/([0-9a-f-]{36})\/?$/.exec(location.pathname)?.[1];
  if (session) {
    const link = document.createElement('link');
    link.rel = 'preload';
    link.as = 'fetch';
    link.crossOrigin = 'anonymous';
    link.href = `/api/sessions/${session}`;
    document.head.append(link);
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
