import { describe, expect, it } from 'vitest';
import { imageTable, namedImages } from './image-rows';

const chosen = (...paths: string[]) => paths.map((path) => ({ path, file: new File([], path) }));
const images = chosen(...Array.from({ length: 30 }, (_, at) => `pets/train/${at}.png`));
const column = (name: string) => ({ name, type: 'text', missing: 0 }) as never;

describe('A table among images', () => {
  it('is the only one, or the one that was chosen', () => {
    const [one, other] = chosen('pets/a.csv', 'pets/b.tsv');
    if (!one || !other) throw new Error('two were made');
    expect(imageTable([...images, one], 'auto')).toBe(one);
    expect(imageTable([...images, one, other], 'auto')).toBeNull();
    expect(imageTable([...images, one, other], 'pets/b.tsv')).toBe(other);
    expect(imageTable([one, other], 'pets/a.csv')).toBeNull();
  });

  it.each([
    ['path', (at: number) => `pets/train/${at}.png`],
    ['path from a folder on', (at: number) => `train/${at}.png`],
    ['name', (at: number) => `${at}.png`],
    ['name without its ending', (at: number) => `${at}`],
  ])('names them by their %s', (_, name) => {
    const rows = Array.from({ length: 20 }, (_row, at) => ['cat', name(at)]);
    const named = namedImages({ columns: [column('label'), column('id')], first_rows: rows }, images);
    expect(named?.column).toBe(1);
    expect(named?.of(name(7))?.path).toBe('pets/train/7.png');
  });

  it('names none with a tenth of other rows, nor by a name that two images have', () => {
    const columns = [column('id'), column('label')];
    const rows = Array.from({ length: 20 }, (_, at) => [at < 17 ? `${at}` : 'none', 'cat']);
    expect(namedImages({ columns, first_rows: rows }, images)).toBeNull();
    const twice = [...images, ...chosen(...Array.from({ length: 30 }, (_, at) => `pets/test/${at}.png`))];
    expect(namedImages({ columns, first_rows: rows.slice(0, 17) }, twice)).toBeNull();
    expect(namedImages({ columns, first_rows: [] }, images)).toBeNull();
  });
});
