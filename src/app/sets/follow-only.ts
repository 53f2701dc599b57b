import { parseReference, type ImageReference } from '../../image/reference.ts'
import type { Workload } from '../../targets/target.ts'

/**
 * The image of a workload that names no tag, while it has to follow what it uses: for that no newer image is looked for,
 * so that its own digest or id does. Null for one that has nothing to follow, or names a tag.
 */
export function referenceToFollow({ follows, image, imageId, repositoryDigests }: FollowingOne): ImageReference | null {
  if (follows == null) return null
  if (namesId(image, imageId)) return parseReference(repositoryDigests[0] ?? unnamed)
  const reference = parseReference(image)
  return reference.digest === null ? null : reference
}

type FollowingOne = Pick<Workload, 'follows' | 'image' | 'imageId' | 'repositoryDigests'>

/** Of an image that was only ever built or loaded here, nobody gave the name of a repository. */
const unnamed = 'localhost/longshore/unnamed'

/** An id, whole or its beginning, which also reads like a name. */
const namesId = (image: string, imageId: string): boolean =>
  image.startsWith('sha256:') || (/^[0-9a-f]{4,64}$/.test(image) && imageId.startsWith(`sha256:${image}`))
