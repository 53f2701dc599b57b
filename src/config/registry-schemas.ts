import { z } from 'zod'
import { isEcrPublic, readEcrHost } from '../clients/ecr/host.ts'
import { registryKey } from '../image/registry-key.ts'
import { isObject } from './cross-checks.ts'
import { flag, password, registryHost, text } from './fields.ts'
import { instanceOf, isHostGuessed, usualHost } from './gitlab-host.ts'
import { certificateHasKey, connectionFields, connectionKeys } from './registry-connection.ts'
import { ecrSchema, garSchema, gitlabSchema, harborSchema, registryConfigSchema } from './registry-kind-schemas.ts'

/** Every kind of registry, by the word that the configuration uses. */
export const registryKinds = ['distribution', 'docker-hub', 'ecr', 'gar', 'gitlab', 'harbor'] as const

/** The kinds with settings that are theirs alone, which stand under the kind's name. */
const kindsWithSettings = ['ecr', 'gar', 'gitlab', 'harbor'] as const

/** The kinds as docker-auto-updater named them. */
const formerKinds = { docker_hub: 'docker-hub', ecr: 'ecr', gcr: 'gar' } as const

const entry = z.strictObject({
  host: registryHost()
    .optional()
    .describe(
      'Host and port as they stand in image references: `registry.example.com`, `docker.io`. Only a GitLab instance can be asked for it.',
    ),
  kind: z
    .enum(registryKinds)
    .optional()
    .describe(
      'What it is. Without one: told by the hosts of Docker Hub, Amazon, Google and GitLab, else `distribution`.',
    ),
  path: text()
    .regex(/^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/, { error: 'must be a path in lower case such as team or team/web' })
    .optional()
    .describe('Only repositories at or below this path; the longest path that fits wins.'),
  plainHttp: flag().prefault(false).describe('Speak http instead of https. Credentials then travel unprotected.'),
  username: text().optional().describe('Needs a password beside it.'),
  password: password().optional().describe('Needs a username beside it. Best written as `${file:/run/secrets/x}`.'),
  ...connectionFields,
  ecr: ecrSchema.optional(),
  gar: garSchema.optional(),
  gitlab: gitlabSchema.optional(),
  harbor: harborSchema.optional(),
  registry_type: z
    .enum(['docker_hub', 'ecr', 'gcr'])
    .optional()
    .describe('As docker-auto-updater has it, in place of `kind`.'),
  registry_config: registryConfigSchema.optional(),
})

type Entry = z.output<typeof entry>

/** One entry of `registries`. */
export const registrySchema = entry
  .refine((given) => (given.username === undefined) === (given.password === undefined), {
    error: 'needs username and password, or neither',
    when: isObject,
  })
  .superRefine(settingsFit, { when: isObject })
  .superRefine(certificateHasKey, { when: isObject })

/** The kind that an entry says it is; undefined when only its host can tell. */
export function kindOf(given: Entry): (typeof registryKinds)[number] | undefined {
  const former = given.registry_type && formerKinds[given.registry_type]
  return given.kind ?? former ?? kindsWithSettings.find((kind) => given[kind] !== undefined)
}

/** One text for all ways to write the host of an entry: by https the port 443 goes without saying. */
export const hostNamed = ({ host, plainHttp }: Pick<Entry, 'host' | 'plainHttp'>): string | undefined =>
  // May be asked of entries that are wrong.
  typeof host !== 'string' || plainHttp ? host : registryKey(host)

/** What is about a host, and so the same in all its entries. */
const hostKeys = ['kind', 'plainHttp', ...connectionKeys] as const

/** What an entry that was written, right or wrong, says of its host: what another entry of that host has to say too. */
export function saidOfHost(written: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  // Looks only at what is there.
  const kind = kindOf(written as Entry)
  const said = hostKeys.map((key) => [key, key === 'kind' ? kind : written[key]] as const)
  return Object.fromEntries(said.filter(([, value]) => value !== undefined))
}

/**
 * What holds for a host cannot differ between its paths: they share connections, and of a GitLab instance passwords go
 * to its API. That counts for a host that nobody wrote as well: it is the one that holds while the instance is away.
 */
export function hostsAgree(list: readonly (Entry | null)[], context: z.core.$RefinementCtx): void {
  const names = list.map((each) => each && (hostNamed(each) ?? guessOf(each)))
  for (const [index, item] of list.entries()) {
    const name = names[index]
    if (!item || !name) continue
    const first = names.indexOf(name)
    const isGuess = [item, list[first]].some((each) => each?.host === undefined)
    const hint = isGuess ? `; ${name} is what a GitLab instance without a host is taken to have: write its host` : ''
    const complain = (path: readonly string[], other: number): void => {
      const message = `must be as in entry ${other}, of the same host${hint}`
      context.addIssue({ code: 'custom', path: [index, ...path], message })
    }
    const agreeing = (each: Entry | null | undefined) => each && { ...each, kind: kindOf(each) }
    for (const key of hostKeys) {
      if (JSON.stringify(agreeing(list[first])?.[key]) !== JSON.stringify(agreeing(item)?.[key])) complain([key], first)
    }
    const instance = list.findIndex((each, at) => names[at] === name && each?.gitlab !== undefined)
    const same = list[instance]
    if (item.gitlab && same && instanceOf(same) !== instanceOf(item)) complain(['gitlab', 'url'], instance)
  }
}

/** Entries may be wrong here, their addresses too. */
function guessOf(given: Entry): string | undefined {
  if (typeof given.gitlab?.url !== 'string' || !URL.canParse(given.gitlab.url)) return undefined
  return isHostGuessed(given) ? usualHost(given) : undefined
}

/** Only the host of gitlab.com tells its instance. Paths without settings of their own have those of their host. */
const lacksInstance = ({ host, path, gitlab }: Entry): boolean =>
  host !== undefined &&
  host !== 'registry.gitlab.com' &&
  gitlab?.url === undefined &&
  (gitlab !== undefined || path === undefined)

/**
 * Amazon's own hosts tell their region; a name of one's own does not, and keys make passwords by a region's API. Without
 * keys of its own an entry may have its password from elsewhere, such as `docker login`.
 */
const lacksRegion = ({ host, ecr, registry_config }: Entry): boolean =>
  typeof host === 'string' &&
  readEcrHost(host) === null &&
  !isEcrPublic(host) &&
  (ecr?.region ?? registry_config?.region) === undefined &&
  [ecr?.accessKeyId, ecr?.profile, registry_config?.aws_access_key_id].some((each) => each !== undefined)

/** Runs on entries that may be wrong elsewhere: relies on no field. */
function settingsFit(given: Entry, context: z.core.$RefinementCtx): void {
  const complain = (path: readonly string[], message: string): void => {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
  const kind = kindOf(given)
  for (const each of kindsWithSettings) {
    if (given[each] !== undefined && each !== kind) complain([each], `is only for kind: ${each}`)
  }
  if (given.kind !== undefined && given.registry_type !== undefined) {
    complain(['registry_type'], 'stands in place of kind; write only one of them')
  }
  if (kind === 'gitlab' && lacksInstance(given)) {
    complain(['gitlab'], 'needs the url of its instance: that is where tokens are sent')
  }
  if (kind === 'ecr' && lacksRegion(given)) {
    complain(['ecr'], 'needs the region of the registry, which its host does not tell')
  }
  if (given.host === undefined && given.gitlab === undefined) complain(['host'], 'is missing')
  if (given.host === undefined && given.path !== undefined) complain(['path'], 'needs a host beside it')
  if (given.registry_config === undefined) return
  for (const each of ['username', 'password', 'ecr', 'gar'] as const) {
    if (given[each] !== undefined) complain([each], 'stands in registry_config already; write only one of them')
  }
}
