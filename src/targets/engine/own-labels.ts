export type Labels = Readonly<Record<string, string>>

/**
 * A container's labels without those that equal its image's: an image must not opt itself in or forge ownership.
 * Of an image that is not known any more nothing can be told apart, so nothing is believed.
 */
export function ownLabels(labels: Labels, imageLabels: Labels | null): Labels {
  if (imageLabels === null) return {}
  return Object.fromEntries(Object.entries(labels).filter(([key, value]) => imageLabels[key] !== value))
}
