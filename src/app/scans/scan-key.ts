import type { Repository } from '../../registries/registry.ts'

/** `scan:<host>/<repository>`: the work of looking at one repository. */
export const scanKey = ({ registry, repository }: Repository): string => `scan:${registry}/${repository}`
