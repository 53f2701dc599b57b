import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { OciClient } from './client.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import { parseBoundedJson } from '../../lib/bounded-json.ts'

/**
 * An image's configuration document, verified by its digest and parsed; nobody has looked into it yet.
 * @throws MANIFEST_INVALID when it is no JSON, REGISTRY_*
 */
export async function readConfig(
  client: Pick<OciClient, 'getBlob'>,
  repository: RepositoryName,
  config: Digest,
  signal: AbortSignal,
): Promise<unknown> {
  const bytes = await client.getBlob(repository, config, signal)
  try {
    return parseBoundedJson(bytes)
  } catch (cause) {
    const name = `${repository.registry}/${repository.repository}`
    throw new AppError('MANIFEST_INVALID', `${name}@${config}: the configuration of the image is no JSON`, { cause })
  }
}
