import { useDeferredValue } from 'react';

/** So many cards, or rows of a table, fill the window. */
const FIRST = 16;

/** What fills the window at once, and the whole list right after that: a page of many is there as soon as one of few. */
export const useFirstScreen = <T>(all: readonly T[]): readonly T[] =>
  useDeferredValue(all, all.slice(0, FIRST));
