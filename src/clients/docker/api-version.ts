import { AppError } from '../../errors.ts'
import { readEngineProduct, type EngineProduct } from './engine-product.ts'
import { objectOf, textOf } from './json.ts'

/** What is spoken with an engine, and what it runs on. */
export interface EngineVersion extends EngineProduct {
  /** `1.45`. */
  readonly api: string
  /** The newest that the engine itself knows, which may be newer than we do. */
  readonly own: string
  readonly os: string
  readonly architecture: string
}

/** Oldest API that has all that is used here. */
const oldest = '1.41'
/** Newest API that this was written against; engines serve older ones to those who ask. */
const newest = '1.51'

/** The newest API version that both know, from the answer of `GET /version`. @throws TARGET_UNSUPPORTED */
export function chooseApiVersion(answer: unknown): EngineVersion {
  const { ApiVersion, MinAPIVersion, Os, Arch } = objectOf(answer)
  const theirs = textOf(ApiVersion)
  if (!isVersion(theirs)) throw new AppError('TARGET_UNSUPPORTED', 'what answers there is not a container engine')
  const api = compareVersions(theirs, newest) < 0 ? theirs : newest
  if (compareVersions(api, oldest) < 0) {
    throw new AppError('TARGET_UNSUPPORTED', `the engine speaks API ${theirs}; ${oldest} or newer is needed`)
  }
  const minimum = textOf(MinAPIVersion)
  if (isVersion(minimum) && compareVersions(api, minimum) < 0) {
    throw new AppError(
      'TARGET_UNSUPPORTED',
      `the engine asks for API ${minimum} at least; this longshore knows ${oldest} to ${newest}: use a newer one`,
    )
  }
  return { api, own: theirs, os: textOf(Os), architecture: textOf(Arch), ...readEngineProduct(answer) }
}

export const isAtLeast = (version: string, wanted: string): boolean => compareVersions(version, wanted) >= 0

const isVersion = (text: string): boolean => /^\d{1,3}\.\d{1,4}$/.test(text)

/** Below, at or above 0 as `sort` wants it; `1.9` is before `1.10`. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number)
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number)
  return aMajor - bMajor || aMinor - bMinor
}
