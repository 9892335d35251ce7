import { noteOf } from './tooltip';

/** Milliseconds of pointing before a tooltip opens. */
const OPENS_AFTER = 350;
/** Within so many milliseconds of the last one, the next opens at once: people go along a row of buttons. */
const STAYS_READY = 250;
/** The way from an element to its tooltip may take so many milliseconds. */
const CLOSES_AFTER = 120;

/** Follows pointer, focus and scrolling of the whole document, and tells which element's tooltip to show, or null for none. */
export class AnchorWatch {
  private shown: Element | null = null;
  private next: Element | null = null;
  private pressed: Element | null = null;
  private closedAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stopped = new AbortController();

  constructor(private readonly show: (anchor: Element | null) => void) {
    const options = { capture: true, passive: true, signal: this.stopped.signal };
    document.addEventListener('pointerover', this.onOver, options);
    document.addEventListener('pointerleave', this.onLeave, options);
    document.addEventListener('pointerdown', this.onPress, options);
    document.addEventListener('click', this.onPress, options);
    document.addEventListener('focusin', this.onFocus, options);
    document.addEventListener('focusout', this.close, options);
    document.addEventListener('scroll', this.onScroll, options);
  }

  stop() {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  readonly close = () => this.change(null);

  private readonly onOver = ({ target, pointerType }: PointerEvent) => {
    if (pointerType === 'touch' || !(target instanceof Element)) return;
    if (target.closest('[data-tooltip]')) return this.changeIn(0, this.shown);
    const anchor = anchorOf(target);
    if (anchor !== this.pressed) this.pressed = null;
    else if (anchor) return;
    const ready = this.shown !== null || performance.now() - this.closedAt < STAYS_READY;
    this.changeIn(anchor ? (ready ? 0 : OPENS_AFTER) : CLOSES_AFTER, anchor);
  };

  private readonly onLeave = ({ target }: Event) => {
    if (target === document) this.close();
  };

  private readonly onPress = ({ target }: Event) => {
    this.pressed = target instanceof Element ? anchorOf(target) : null;
    this.close();
  };

  private readonly onFocus = ({ target }: Event) => {
    if (target instanceof Element && noteOf(target) && target.matches(':focus-visible')) this.change(target);
  };

  private readonly onScroll = ({ target }: Event) => {
    if (this.shown && target instanceof Node && target.contains(this.shown)) this.close();
  };

  private changeIn(milliseconds: number, anchor: Element | null) {
    if (anchor === this.next) return;
    clearTimeout(this.timer);
    this.next = anchor;
    if (milliseconds === 0) this.change(anchor);
    else this.timer = setTimeout(() => this.change(anchor), milliseconds);
  }

  private change(anchor: Element | null) {
    clearTimeout(this.timer);
    const to = anchor?.isConnected ? anchor : null;
    this.next = to;
    if (to === this.shown) return;
    if (to === null) this.closedAt = performance.now();
    this.shown = to;
    this.show(to);
  }
}

/** The element itself or what it is in, whichever has a tooltip. */
function anchorOf(element: Element): Element | null {
  for (let at: Element | null = element; at; at = at.parentElement) if (noteOf(at)) return at;
  return null;
}
