import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useMemo, useRef, useState } from 'react';

/** A file with its place in the folder that it came in. */
export interface ChosenFile {
  file: File;
  /** `a/b.csv`; the name alone outside of folders. */
  path: string;
}

/** One more than the server takes, so that it says so: what is dropped is never cut in silence. */
const MOST_FILES = 100_001;
/** What systems leave in folders. */
const isLitter = (name: string) => name.startsWith('.') || name === 'Thumbs.db' || name === '__MACOSX';

// What was dropped on one page and is to be shown on another.
let carried: ChosenFile[] = [];

export function takeCarried(): ChosenFile[] {
  const files = carried;
  carried = [];
  return files;
}

export const chosenFrom = (list: FileList | readonly File[]): ChosenFile[] =>
  [...list]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !path.split('/').some(isLitter))
    .slice(0, MOST_FILES);

/** Files and folders that were dropped. */
export async function readDrop(data: DataTransfer): Promise<ChosenFile[]> {
  // The entries are gone once this turn is over.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFrom(data.files);
  const found: ChosenFile[] = [];
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: ChosenFile[]): Promise<void> {
  if (isLitter(entry.name) || found.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ file, path: folder + entry.name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // It hands out a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, `${folder}${entry.name}/`, found);
  }
}

/** Makes an element take dropped files. */
export function useDrop(onFiles: (files: ChosenFile[]) => void) {
  const [over, setOver] = useState(false);
  // Leaving a child enters its parent: only as many leaves as enters mean that it left.
  const depth = useRef(0);
  const receive = useRef(onFiles);
  receive.current = onFiles;
  const target = useMemo(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
    return {
      onDragEnter: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        depth.current++;
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (hasFiles(event) && --depth.current <= 0) setOver(false);
      },
      onDragOver: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault();
      },
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        void readDrop(event.dataTransfer).then((files) => files.length > 0 && receive.current(files));
      },
    };
  }, []);
  return { over, target };
}

/** Opens the system's chooser. */
export function chooseFiles(onFiles: (files: ChosenFile[]) => void, folder = false) {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = folder;
  input.onchange = () => {
    const files = chosenFrom(input.files ?? []);
    if (files.length > 0) onFiles(files);
  };
  input.click();
}

/** For other pages: what is dropped or chosen there begins a new experiment. */
export function useDropToCreate() {
  const navigate = useNavigate();
  const begin = (files: ChosenFile[]) => {
    carried = files;
    void navigate({ to: '/new' });
  };
  const { over, target } = useDrop(begin);
  return { over, target, choose: () => chooseFiles(begin) };
}
