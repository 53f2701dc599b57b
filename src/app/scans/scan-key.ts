import { registryKey } from '../../image/registry-key.ts'
import type { Repository } from '../../registries/registry.ts'

/** `scan:<host>/<repository>`: the work of looking at one repository. */
export const scanKey = ({ registry, repository }: Repository): string => `scan:${registry}/${repository}`

/** One text for a repository, by whichever of its names its registry goes. */
export const placeKey = ({ registry, repository }: Repository): string => `${registryKey(registry)}/${repository}`
