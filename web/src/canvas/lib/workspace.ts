const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * The workspace path that a link in a document of `folder` leads to; null for an address elsewhere, or one that leads out of
 * the workspace. Sandboxes see the workspace under /data.
 */
export function workspacePath(link: string, folder: string): string | null {
  if (SCHEME.test(link) || link.startsWith('//') || link.startsWith('#')) return null;
  let plain = link.replace(/[?#].*$/, '');
  try {
    plain = decodeURIComponent(plain);
  } catch {
    // A lone % is part of a name.
  }
  if (plain.startsWith('/data/')) plain = plain.slice('/data'.length);
  const parts = plain.startsWith('/') ? [] : folder.split('/').filter(Boolean);
  for (const part of plain.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts[0] === 'sessions' || parts[0] === 'datasets' ? `/${parts.join('/')}` : null;
}

export const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
export const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
