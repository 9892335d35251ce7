import {
  Braces,
  ChartNoAxesColumn,
  File,
  FileCode2,
  FileText,
  FolderClosed,
  FolderOpen,
  Image,
  Package,
  Table2,
} from 'lucide-react';
import { kindOf } from './kind';

const ICONS = {
  image: Image,
  table: Table2,
  parquet: Table2,
  json: Braces,
  lines: FileText,
  markdown: FileText,
  python: FileCode2,
  page: ChartNoAxesColumn,
  text: File,
  binary: Package,
} as const;

export function FileIcon({ name, folder, open }: { name: string; folder: boolean; open?: boolean }) {
  const Icon = folder ? (open ? FolderOpen : FolderClosed) : ICONS[kindOf(name)];
  return <Icon size={14} strokeWidth={1.75} aria-hidden className="shrink-0 text-gray-9" />;
}
