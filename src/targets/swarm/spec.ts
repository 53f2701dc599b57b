import type { Service } from '../../clients/docker/services.ts'
import { objectOf, type JsonObject } from '../../clients/docker/json.ts'
import { formatCanonical, parseReference } from '../../image/reference.ts'

/** The image of a service as its owner wrote it; a Swarm writes the digest that it found behind it. */
export const withoutDigest = (image: string): string => image.split('@')[0] ?? image

/** An image with the tag that engines fill in where its owner wrote none: with a digest alone it would follow none. */
export const tagged = (image: string): string =>
  image.slice(image.lastIndexOf('/') + 1).includes(':') ? image : `${image}:latest`

/** Whether two references name the same image, however they are spelled. */
export function isSameImage(one: string, other: string): boolean {
  if (one === other) return true
  try {
    return formatCanonical(parseReference(one)) === formatCanonical(parseReference(other))
  } catch {
    return false
  }
}

/** The specification of a service with another image, and nothing else changed. */
export function withImage({ spec }: Pick<Service, 'spec'>, image: string): JsonObject {
  const template = objectOf(spec['TaskTemplate'])
  return {
    ...spec,
    TaskTemplate: { ...template, ContainerSpec: { ...objectOf(template['ContainerSpec']), Image: image } },
  }
}
