/** Stripe gives an object where it was asked to expand one, and its id elsewhere. */
export function idOf(
  reference: string | { readonly id: string } | null | undefined,
): string | undefined {
  if (reference === null || reference === undefined) return undefined;
  return typeof reference === 'string' ? reference : reference.id;
}
