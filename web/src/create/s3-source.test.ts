import { describe, expect, it } from 'vitest';
import { addressOf, isFolder, nameOfChoice, wayTo } from './s3-source';

describe('what is chosen in S3', () => {
  it('is called as its file, its folder or its bucket', () => {
    expect(nameOfChoice({ bucket: 'data', key: 'in/telco churn.csv.gz' })).toBe('telco churn');
    expect(nameOfChoice({ bucket: 'data', key: 'in/deep/' })).toBe('deep');
    expect(nameOfChoice({ bucket: 'data', key: '' })).toBe('data');
    expect(nameOfChoice({ bucket: 'data', key: '.csv' })).toBe('.csv');
  });

  it('has an address that says whether it is all of a folder', () => {
    expect(addressOf({ bucket: 'data', key: 'in/a b.csv' })).toBe('s3://data/in/a b.csv');
    expect(isFolder({ bucket: 'data', key: 'in/' })).toBe(true);
    expect(isFolder({ bucket: 'data', key: '' })).toBe(true);
    expect(isFolder({ bucket: 'data', key: 'in/a.csv' })).toBe(false);
  });

  it('is reached folder by folder', () => {
    expect(wayTo('')).toEqual([]);
    expect(wayTo('a/b c/')).toEqual([
      { name: 'a', prefix: 'a/' },
      { name: 'b c', prefix: 'a/b c/' },
    ]);
  });
});
