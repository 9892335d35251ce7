import { describe, expect, it } from 'vitest';
import { imageLabels } from './image-folder';

const chosen = (...paths: string[]) => paths.map((path) => ({ path, file: new File([], path) }));
const many = (label: string, count: number, ending = 'png') =>
  chosen(...Array.from({ length: count }, (_, at) => `pets/${label}/${at}.${ending}`));

describe('An image folder', () => {
  it('has the names of its folders as labels, the commonest first', () => {
    const labels = imageLabels([...many('cat', 6, 'JPG'), ...many('dog', 8), ...chosen('pets/licence.txt')]);
    expect(labels?.map(({ name, images }) => [name, images.length])).toEqual([
      ['dog', 8],
      ['cat', 6],
    ]);
  });

  it.each([
    ['tables', chosen('a/x.csv', 'b/y.csv')],
    ['few images', [...many('cat', 3), ...many('dog', 3)]],
    ['one folder', many('cat', 30)],
    ['no folder', chosen(...Array.from({ length: 20 }, (_, at) => `${at}.png`))],
    ['train and test', [...many('train', 20), ...many('test', 20)]],
    ['a folder of each image', chosen(...Array.from({ length: 20 }, (_, at) => `day ${at}/a.png`))],
    ['as many other files', [...many('cat', 10), ...many('dog', 10), ...many('texts', 10, 'txt')]],
  ])('is not %s', (_, files) => {
    expect(imageLabels(files)).toBeNull();
  });
});
