import { listOf, objectOf, textOf } from './json.ts'

/** What answers the Docker Engine API. */
export interface EngineProduct {
  /** `docker` is Docker's own engine, Moby; `other` is one that nothing is known of. */
  readonly product: 'docker' | 'podman' | 'other'
  /** In its own words: `26.1.5`. Empty when it does not say. */
  readonly productVersion: string
  /** Whether it runs without root, in a user's own namespaces. */
  readonly isRootless: boolean
}

/**
 * From the answer of `GET /version`, which needs no right beyond that: Docker lists `Engine` among its components and,
 * without root, `rootlesskit` (26.1, tried); Podman lists `Podman Engine` (4.3, tried).
 */
export function readEngineProduct(answer: unknown): EngineProduct {
  const { Components, Version } = objectOf(answer)
  const names = listOf(Components ?? []).map((each) => textOf(objectOf(each)['Name']))
  return {
    product: names.includes('Podman Engine') ? 'podman' : isDocker(names) ? 'docker' : 'other',
    productVersion: textOf(Version),
    isRootless: names.includes('rootlesskit'),
  }
}

/** An answer without any components came through something that left them out; the engine behind it is of API 1.41 at least. */
const isDocker = (names: readonly string[]): boolean => names.length === 0 || names.includes('Engine')
