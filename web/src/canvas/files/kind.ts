export type FileKind =
  | 'image'
  | 'table'
  | 'json'
  | 'lines'
  | 'markdown'
  | 'python'
  | 'page'
  | 'text'
  | 'parquet'
  | 'binary';

const KINDS: Readonly<Record<string, FileKind>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  csv: 'table',
  tsv: 'table',
  parquet: 'parquet',
  json: 'json',
  ipynb: 'json',
  geojson: 'json',
  md: 'markdown',
  markdown: 'markdown',
  py: 'python',
  html: 'page',
  htm: 'page',
  svg: 'page',
  pkl: 'binary',
  joblib: 'binary',
  npz: 'binary',
  npy: 'binary',
  zip: 'binary',
  gz: 'binary',
  xlsx: 'binary',
  db: 'binary',
  pt: 'binary',
  onnx: 'binary',
  bin: 'binary',
};

/** How a file is shown, by its name; what has no kind of its own is tried as text. */
export function kindOf(path: string): FileKind {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return KINDS[extension] ?? 'text';
}
