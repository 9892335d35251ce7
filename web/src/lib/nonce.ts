/** The page's nonce: style elements without it are refused by the content security policy. */
export function nonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content || undefined;
}
