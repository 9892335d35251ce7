import { zipSync } from 'fflate';
import type { ChosenFile } from '@/create/dropped';

/** Files as a zip archive that is not compressed further: images are already. */
export async function packed(files: readonly ChosenFile[]): Promise<Blob> {
  const entries: Record<string, Uint8Array> = {};
  for (const { file, path } of files) entries[path] = new Uint8Array(await file.arrayBuffer());
  return new Blob([zipSync(entries, { level: 0 }) as Uint8Array<ArrayBuffer>], { type: 'application/zip' });
}
