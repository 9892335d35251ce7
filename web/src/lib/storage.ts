/** localStorage that may be forbidden, full or hold nonsense. */
export function readStored<T>(key: string, fallback: T, fits: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`trainable.${key}`) ?? 'null');
    return fits(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

export function store(key: string, value: unknown) {
  try {
    localStorage.setItem(`trainable.${key}`, JSON.stringify(value));
  } catch {
    // What is not remembered is only asked again.
  }
}
