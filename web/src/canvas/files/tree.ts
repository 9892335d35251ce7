import type { FileNode } from '@/api/schema';

/** A line of the tree as it is shown. */
export interface TreeRow {
  path: string;
  name: string;
  depth: number;
  folder: boolean;
  open: boolean;
  /** Files in a folder, at any depth; null where the server did not look into it. */
  files: number | null;
}

/** What sits in a folder comes before it is counted, so that each folder is looked at once. */
export function countFiles(
  node: FileNode,
  into = new Map<string, number | null>(),
): Map<string, number | null> {
  if (node.type !== 'directory') return into;
  let sum: number | null = node.children ? 0 : null;
  for (const child of node.children ?? []) {
    if (child.type !== 'directory') {
      if (sum !== null) sum++;
      continue;
    }
    countFiles(child, into);
    const inside = into.get(child.path) ?? null;
    sum = sum === null || inside === null ? null : sum + inside;
  }
  into.set(node.path, sum);
  return into;
}

/** The rows of open folders, in order. With `find` only what has it in its path, all folders to it open. */
export function treeRows(
  roots: readonly FileNode[],
  isOpen: (path: string) => boolean,
  counts: ReadonlyMap<string, number | null>,
  find = '',
): TreeRow[] {
  const wanted = find.trim().toLowerCase();
  const rows: TreeRow[] = [];
  const visit = (node: FileNode, depth: number, above: string): boolean => {
    const folder = node.type === 'directory';
    const place = `${above}/${node.name}`.toLowerCase();
    const at = rows.length;
    const open = folder && (wanted !== '' || isOpen(node.path));
    rows.push({
      path: node.path,
      name: node.name,
      depth,
      folder,
      open,
      files: counts.get(node.path) ?? null,
    });
    let found = wanted === '' || (!folder && place.includes(wanted));
    if (open) for (const child of node.children ?? []) found = visit(child, depth + 1, place) || found;
    if (!found) rows.length = at;
    return found;
  };
  for (const root of roots) visit(root, 0, '');
  return rows;
}

/** The file at a path, and the folders to it; null when there is none. */
export function findNode(
  roots: readonly FileNode[],
  path: string,
): { node: FileNode; folders: string[] } | null {
  const folders: string[] = [];
  let level = roots;
  for (;;) {
    const next = level.find((node) => node.path === path || path.startsWith(`${node.path}/`));
    if (!next) return null;
    if (next.path === path) return { node: next, folders };
    folders.push(next.path);
    level = next.children ?? [];
  }
}
