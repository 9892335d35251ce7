/** A piece of what a script wrote, as it came. */
export interface OutputChunk {
  stream: 'stdout' | 'stderr';
  text: string;
}

/**
 * What a step wrote so far. It only grows, so versions share their chunks: each sees its own count of them, and adding to one
 * costs nothing however much there is.
 */
export class OutputLog {
  static readonly empty = new OutputLog([], 0, 0);

  private constructor(
    private readonly chunks: OutputChunk[],
    private readonly count: number,
    /** Newlines so far. */
    readonly lines: number,
  ) {}

  get isEmpty() {
    return this.count === 0;
  }

  add(stream: OutputChunk['stream'], text: string): OutputLog {
    // Someone added to this version before: what came then is not part of this one.
    const chunks =
      this.chunks.length === this.count && this.count > 0 ? this.chunks : this.chunks.slice(0, this.count);
    chunks.push({ stream, text });
    let lines = this.lines;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
    return new OutputLog(chunks, this.count + 1, lines);
  }

  /** All of it, stream by stream as it came. */
  read(): OutputChunk[] {
    return this.chunks.slice(0, this.count);
  }

  text(): string {
    let text = '';
    for (let index = 0; index < this.count; index++) text += this.chunks[index]?.text;
    return text;
  }
}
