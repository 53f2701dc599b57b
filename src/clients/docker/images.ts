import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import { listOf, objectOf, textOf, textsOf } from './json.ts'
import type { ImageInspect } from './shapes.ts'

/** What can be asked of the engine about images. */
export interface ImageCalls {
  /** By id, tag or `repository@digest`; null when there is none. */
  inspectImage(reference: string, signal: AbortSignal): Promise<ImageInspect | null>
  /** The tags of a repository, with the id of the image that each names. */
  listImageTags(
    repository: string,
    signal: AbortSignal,
  ): Promise<readonly { readonly tag: string; readonly image: string }[]>
  /** Lets `repository:tag` name the image, whatever it named before. */
  tagImage(image: string, repository: string, tag: string, signal: AbortSignal): Promise<void>
  /**
   * Takes one reference away, never by force; the image goes with its last one.
   * @throws TARGET_CONFLICT when it is the last and a container uses the image
   */
  removeImageReference(reference: string, signal: AbortSignal): Promise<void>
}

export function imageCalls(call: Call): ImageCalls {
  return {
    async inspectImage(reference, signal) {
      try {
        return readImage(await call.json({ method: 'GET', path: `/images/${encodeName(reference)}/json` }, signal))
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
    async listImageTags(repository, signal) {
      const query = { filters: JSON.stringify({ reference: [repository] }) }
      const answer = await call.json({ method: 'GET', path: '/images/json', query }, signal)
      return listOf(answer).flatMap((each) => {
        const { Id, RepoTags } = objectOf(each)
        const tags = textsOf(RepoTags).filter((tag) => tag.startsWith(`${repository}:`))
        return tags.map((tag) => ({ tag: tag.slice(repository.length + 1), image: textOf(Id) }))
      })
    },
    async tagImage(image, repository, tag, signal) {
      const query = { repo: repository, tag }
      await call.json({ method: 'POST', path: `/images/${encodeName(image)}/tag`, query }, signal)
    },
    async removeImageReference(reference, signal) {
      const path = `/images/${encodeName(reference)}`
      await call.json({ method: 'DELETE', path, query: { force: '0' }, limitMs: 5 * 60_000 }, signal)
    },
  }
}

function readImage(value: unknown): ImageInspect {
  const { Id, ...rest } = objectOf(value)
  if (textOf(Id) === '') throw new AppError('TARGET_FAILED', 'the engine described an image without an id')
  // The fields are the engine's documented ones, each optional in the type.
  return { ...rest, Id: textOf(Id) } as unknown as ImageInspect
}
