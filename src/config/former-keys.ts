import type { Path } from './problem.ts'

/** Where a key of docker-auto-updater's file stands here, for the error that it is not known in its old place. */
const formerKeys: Readonly<Record<string, string>> = {
  services: '; its services are entries of workloads, with compose_file and compose_service as they are',
  check_interval: '; here it is pollInterval, with a unit: 30s, 5m',
  'workloads.registry_type': '; it stands in the entry of the host under registries',
  'workloads.registry_config': '; it stands in the entry of the host under registries, as it is',
  'workloads.tag_pattern': '; here it is policy: glob:staging-*',
  'workloads.tag_regex': '; here it is policy: regex:^staging-',
  'workloads.semver_pattern': '; here it is policy: {order: semver, include: [v*], downgrade: true}',
  'workloads.image': '; the image is the one in the Compose file; elsewhere it is match: {image: ...}',
}

/** What to add to "unknown key" for somebody who brings a file of docker-auto-updater; null for any other key. */
export function formerKeyHint(path: Path): string | null {
  const name = path.filter((part) => typeof part === 'string').join('.')
  return Object.hasOwn(formerKeys, name) ? (formerKeys[name] ?? null) : null
}
