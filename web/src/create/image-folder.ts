import type { ChosenFile } from './dropped';

const LEAST = 10;
/** Of all files; the server reads fewer as files of any kind. */
const LEAST_SHARE = 0.9;
const SPLITS = new Set(['train', 'training', 'test', 'testing', 'val', 'valid', 'validation']);

/** By the endings that the server goes by. */
export const isImage = (name: string) => /\.(png|jpe?g|gif|bmp|webp|tiff?)$/i.test(name);

export interface ImageLabel {
  name: string;
  images: ChosenFile[];
}

/** Whether the server takes the choice for images, each of which is to be a row. */
export function areImages(files: readonly ChosenFile[]): boolean {
  const images = files.reduce((count, { path }) => count + (isImage(path) ? 1 : 0), 0);
  return images >= LEAST && images >= LEAST_SHARE * files.length;
}

/** Labels of an image folder, the commonest first; null for any other choice. The server decides by the same rules. */
export function imageLabels(files: readonly ChosenFile[]): ImageLabel[] | null {
  if (!areImages(files)) return null;
  const images = files.filter(({ path }) => isImage(path));
  const labels = new Map<string, ChosenFile[]>();
  for (const image of images) {
    const label = image.path.split('/').at(-2) ?? '';
    if (label === '' || SPLITS.has(label.toLowerCase())) return null;
    const known = labels.get(label);
    if (known) known.push(image);
    else labels.set(label, [image]);
  }
  if (labels.size < 2 || images.length < 2 * labels.size) return null;
  return [...labels]
    .map(([name, all]) => ({ name, images: all }))
    .sort((one, other) => other.images.length - one.images.length || one.name.localeCompare(other.name));
}
