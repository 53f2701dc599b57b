import { z } from 'zod'
import { isLoopback } from '../lib/loopback.ts'
import { composeSchema } from './compose-schemas.ts'
import { isList, isObject, uniqueBy } from './cross-checks.ts'
import { ensuredOnce } from './ensure-schemas.ts'
import { brake, groupsSchema, maxChanges, maxParallel } from './group-schemas.ts'
import { eventSourceSchema, listenSchema } from './event-schemas.ts'
import { duration, filePath, flag, host, password, registryHost, text, wholeNumber } from './fields.ts'
import { defaultsSchema, ruleSchema } from './workload-schemas.ts'

const dayMs = 86_400_000

const watchModes = ['labelled', 'all'] as const
const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const
const logFormats = ['plain', 'json'] as const

const target = z
  .strictObject({
    name: text(60)
      .regex(/^[a-z0-9-]+$/, { error: 'must consist of a to z, 0 to 9 and -' })
      .describe('Name that begins the ids of its workloads; unique.'),
    kind: z.enum(['docker']).default('docker').describe('What it is.'),
    host: text()
      .regex(/^(unix:\/\/\/|tcp:\/\/)./, { error: 'must begin with unix:/// or tcp://' })
      .optional()
      .describe('Address of the engine. Without one: DOCKER_HOST, or `unix:///var/run/docker.sock`.'),
    allowInsecure: flag()
      .prefault(false)
      .describe('Allow plain TCP to an engine on another machine. Whoever reaches that port owns the machine.'),
    maxParallel,
    maxChanges,
    brake,
  })
  .refine(({ host: address = '', allowInsecure }) => allowInsecure || !leavesMachine(address), {
    error: 'is plain TCP to another machine, which only allowInsecure: true beside it allows',
    path: ['host'],
  })

const registry = z
  .strictObject({
    host: registryHost().describe(
      'Host and port as they stand in image references: `registry.example.com`, `docker.io`.',
    ),
    kind: z.enum(['distribution']).default('distribution').describe('What it is.'),
    path: text()
      .regex(/^[a-z0-9._-]+(\/[a-z0-9._-]+)*$/, { error: 'must be a path in lower case such as team or team/web' })
      .optional()
      .describe('Only repositories at or below this path; the longest path that fits wins.'),
    plainHttp: flag().prefault(false).describe('Speak http instead of https. Credentials then travel unprotected.'),
    username: text().optional().describe('Needs a password beside it.'),
    password: password().optional().describe('Needs a username beside it. Best written as `${file:/run/secrets/x}`.'),
    authRealms: z
      .array(host())
      .max(20, { error: 'must have at most 20 entries' })
      .prefault([])
      .describe('Further hosts that may be given the credentials, when the registry names one of them as its sign-in.'),
    concurrency: wholeNumber(1, 64).prefault(16).describe('Requests to this host at the same time.'),
  })
  .refine((given) => (given.username === undefined) === (given.password === undefined), {
    error: 'needs username and password, or neither',
    when: isObject,
  })

/** All there is to configure. What `describe` says becomes docs/configuration.md and the JSON Schema. */
export const configSchema = z
  .strictObject({
    pollInterval: duration({ minMs: 10_000, maxMs: 7 * dayMs })
      .prefault('5m')
      .describe('How often every repository is checked, give or take 10 %. At least 10s.'),
    watch: z
      .enum(watchModes)
      .default('labelled')
      .describe('`labelled` watches what a label or a rule names; `all` watches everything that does not opt out.'),
    targets: z
      .array(target)
      .min(1, { error: 'needs at least one target' })
      .max(100, { error: 'must have at most 100 entries' })
      .superRefine(uniqueBy(['name'], 'name'), { when: isList })
      .prefault([{ name: 'local' }])
      .describe('Endpoints that run workloads.'),
    registries: z
      .array(registry)
      .max(1000, { error: 'must have at most 1000 entries' })
      .superRefine(uniqueBy(['host', 'path'], 'host and path'), { when: isList })
      .superRefine(hostsAgree, { when: isList })
      .prefault([])
      .describe(
        'Registries that need credentials or other than the usual treatment; all others work without an entry.',
      ),
    listen: listenSchema
      .optional()
      .describe('Where `/hooks`, `/healthz` and `/readyz` are served. Nowhere, unless this or `events` is written.'),
    events: z
      .array(eventSourceSchema)
      .max(100, { error: 'must have at most 100 entries' })
      .superRefine(uniqueBy(['name'], 'name'), { when: isList })
      .prefault([])
      .describe('Who may tell of new images, so that they are looked up at once. Polling goes on all the same.'),
    dockerConfig: filePath()
      .optional()
      .describe("Docker's own config.json, for credentials. Without one: DOCKER_CONFIG, or `~/.docker/config.json`."),
    compose: composeSchema.prefault({}).describe('How Compose services are treated, all of them.'),
    defaults: defaultsSchema
      .prefault({})
      .describe('How workloads are treated unless a rule or a label says otherwise.'),
    groups: groupsSchema
      .prefault({})
      .describe('How groups are treated, by their names; any other is as if it were empty here.'),
    workloads: z
      .array(ruleSchema)
      .max(10_000, { error: 'must have at most 10000 entries' })
      .prefault([])
      .describe('Rules; the first that matches a workload wins. Labels of the workload beat its rule.'),
    state: filePath()
      .optional()
      .describe(
        'Folder of the state file. Without one: `/var/lib/longshore` for root, else `$XDG_STATE_HOME/longshore` or `~/.local/state/longshore`.',
      ),
    log: z
      .strictObject({
        level: z.enum(logLevels).default('info').describe('Least important lines that are written.'),
        format: z.enum(logFormats).default('plain').describe('`plain` is for people, `json` for programs.'),
      })
      .prefault({})
      .describe('Log lines, on standard error.'),
  })
  .superRefine(ensuredOnce, { when: isObject })

/** The values of the file once checked: durations in milliseconds, secrets wrapped, defaults filled in. */
export type ParsedConfig = z.output<typeof configSchema>

/** What holds for a host cannot differ between its paths: they share connections. */
function hostsAgree(list: readonly (z.output<typeof registry> | null)[], context: z.core.$RefinementCtx): void {
  for (const [index, item] of list.entries()) {
    if (item?.host === undefined) continue
    const first = list.findIndex((other) => other?.host === item.host)
    for (const key of ['kind', 'plainHttp', 'authRealms', 'concurrency'] as const) {
      if (JSON.stringify(list[first]?.[key]) === JSON.stringify(item[key])) continue
      context.addIssue({
        code: 'custom',
        path: [index, key],
        message: `must be as in entry ${first}, of the same host`,
      })
    }
  }
}

function leavesMachine(address: string): boolean {
  return address.startsWith('tcp:') && !isLoopback(URL.parse(address)?.hostname ?? '')
}
