import { describe, expect, it } from 'vitest';
import type { FileNode } from '@/api/schema';
import { isNumeric, readDelimited, sniffDelimiter } from './delimited';
import { decode } from './head';
import { jsonRows } from './json-rows';
import { kindOf } from './kind';
import { countFiles, findNode, treeRows } from './tree';

const file = (path: string): FileNode => ({ path, name: path.split('/').at(-1) ?? '', type: 'file' });
const folder = (path: string, ...children: FileNode[]): FileNode => ({
  path,
  name: path.split('/').at(-1) ?? '',
  type: 'directory',
  children,
});
const root = folder(
  '/s',
  folder('/s/eda', file('/s/eda/report.md'), folder('/s/eda/figures', file('/s/eda/figures/a.png'))),
  folder('/s/prep'),
);

describe('the tree of files', () => {
  const counts = countFiles(root);
  const roots = root.children ?? [];

  it('shows what is in open folders', () => {
    expect(treeRows(roots, () => false, counts).map((row) => row.path)).toEqual(['/s/eda', '/s/prep']);
    expect(treeRows(roots, (path) => path === '/s/eda', counts).map((row) => row.path)).toEqual([
      '/s/eda',
      '/s/eda/report.md',
      '/s/eda/figures',
      '/s/prep',
    ]);
  });

  it('opens all folders to what is looked for, and leaves out the rest', () => {
    expect(treeRows(roots, () => false, counts, 'figures/a').map((row) => row.path)).toEqual([
      '/s/eda',
      '/s/eda/figures',
      '/s/eda/figures/a.png',
    ]);
    expect(treeRows(roots, () => false, counts, 'nothing')).toEqual([]);
  });

  it('counts files at any depth', () => {
    expect(counts.get('/s/eda')).toBe(2);
    expect(counts.get('/s/prep')).toBe(0);
  });

  it('finds a file and the folders to it', () => {
    expect(findNode(roots, '/s/eda/figures/a.png')?.folders).toEqual(['/s/eda', '/s/eda/figures']);
    expect(findNode(roots, '/s/eda/figures/b.png')).toBeNull();
  });

  it('lists 10,000 files in a few milliseconds', () => {
    const large = [folder('/s', ...Array.from({ length: 10_000 }, (_, n) => file(`/s/${n}.csv`)))];
    const before = performance.now();
    expect(treeRows(large, () => true, new Map())).toHaveLength(10_001);
    expect(performance.now() - before).toBeLessThan(60);
  });
});

describe('delimited text', () => {
  it('reads quoted fields, doubled quotes and line breaks within them', () => {
    expect(readDelimited('a,b\n"x, y","say ""hi""\nthere"\n1,2\n')).toEqual({
      header: ['a', 'b'],
      rows: [
        ['x, y', 'say "hi"\nthere'],
        ['1', '2'],
      ],
    });
  });

  it('reads Windows line ends, a mark of order and an empty last field', () => {
    expect(readDelimited('\ufeffa,b\r\n1,\r\n3,')).toEqual({
      header: ['a', 'b'],
      rows: [
        ['1', ''],
        ['3', ''],
      ],
    });
  });

  it('leaves out the row that the cut went through', () => {
    expect(readDelimited('a,b\n1,2\n3', { cut: true }).rows).toEqual([['1', '2']]);
    expect(readDelimited('a,b\n1,2\n', { cut: true }).rows).toEqual([['1', '2']]);
  });

  it.each([
    ['a;b;c\n1,5;2;3\n', ';'],
    ['a\tb\n1\t2\n', '\t'],
    ['a,b\n1,2\n', ','],
    ['alone\n1\n', ','],
  ])('finds the delimiter of %j', (text, delimiter) => expect(sniffDelimiter(text)).toBe(delimiter));

  it('tells numbers from text', () => {
    expect(isNumeric(['1', '-2.5', '3e-7', '', 'NaN'])).toBe(true);
    expect(isNumeric(['1', 'x'])).toBe(false);
    expect(isNumeric(['', null])).toBe(false);
  });
});

describe('a file that is read as text', () => {
  it('may be cut within a character', () =>
    expect(decode(new TextEncoder().encode('naïve ü').subarray(0, 8))).toEqual({ text: 'naïve ' }));
  it('is none when it has a NUL or is no UTF-8', () => {
    expect(decode(new Uint8Array([65, 0, 66])).text).toBeNull();
    expect(decode(new Uint8Array([0xff, 0xfe, 0x41, 0x42, 0x43, 0x44, 0x45])).text).toBeNull();
  });
});

describe('JSON in lines', () => {
  it('shows the parts that are open', () => {
    const rows = jsonRows({ a: 1, b: [true, null], c: {} }, (_, depth) => depth === 0);
    expect(rows.map(({ key, value, kind, size }) => [key, value, kind, size])).toEqual([
      [null, null, 'object', 3],
      ['a', '1', 'number', 0],
      ['b', null, 'array', 2],
      ['c', null, 'object', 0],
    ]);
  });

  it('says how much of a long array is left out', () => {
    const rows = jsonRows(Array.from({ length: 5_000 }), () => true);
    expect(rows).toHaveLength(1_002);
    expect(rows.at(-1)?.value).toBe('… 4,000 more');
  });
});

it.each([
  ['/a/b.PNG', 'image'],
  ['/a/b.csv', 'table'],
  ['/a/report.md', 'markdown'],
  ['/a/Makefile', 'text'],
  ['/a/model.pkl', 'binary'],
  ['/a/plot.svg', 'page'],
])('shows %s as %s', (path, kind) => expect(kindOf(path)).toBe(kind));
