/** In the order of their ids, whatever order a target names them in, so that people find them where they were. */
export function byId<Named extends { readonly id: string }>(all: readonly Named[]): readonly Named[] {
  return all.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}
