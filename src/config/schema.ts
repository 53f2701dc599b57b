import { z } from 'zod'
import { isLoopback } from '../lib/loopback.ts'
import { composeSchema } from './compose-schemas.ts'
import { isList, isObject, uniqueBy } from './cross-checks.ts'
import { ensuredOnce } from './ensure-schemas.ts'
import { brake, groupsSchema, maxChanges, maxParallel } from './group-schemas.ts'
import { queuesAreApart } from './event-kind-schemas.ts'
import { eventSourceSchema } from './event-schemas.ts'
import { duration, filePath, flag, text, wholeNumber } from './fields.ts'
import { listenSchema, metricsSchema } from './listen.ts'
import { hostsAgree, registrySchema } from './registry-schemas.ts'
import { folderBesideDatabase, statePlace } from './state-schemas.ts'
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
      .array(registrySchema)
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
    metrics: metricsSchema
      .optional()
      .describe('Where `/metrics` is served, as Prometheus reads it. Nowhere, unless this is written.'),
    events: z
      .array(eventSourceSchema)
      .max(100, { error: 'must have at most 100 entries' })
      .superRefine(uniqueBy(['name'], 'name'), { when: isList })
      .superRefine(queuesAreApart, { when: isList })
      .prefault([])
      .describe('Who may tell of new images, so that they are looked up at once. Polling goes on all the same.'),
    dockerConfig: filePath()
      .optional()
      .describe(
        "Docker's own config.json, for credentials; it has to be there. Without one: DOCKER_CONFIG, or `~/.docker/config.json`.",
      ),
    dockerCerts: filePath()
      .prefault('/etc/docker/certs.d')
      .describe("Docker's folder of certificates, with a folder per registry host."),
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
    state: statePlace
      .optional()
      .describe(
        'Folder of the state file, or the `postgres://` URL of a database. Without one: `/var/lib/longshore` for root, else `$XDG_STATE_HOME/longshore` or `~/.local/state/longshore`.',
      ),
    stateFolder: filePath()
      .optional()
      .describe(
        'Only where `state` is a database: the folder of what lies beside it on this machine, such as the control socket. Without one: as without `state`.',
      ),
    stateFallback: filePath()
      .optional()
      .describe(
        'Folder of a second state file, for as long as that of `state` cannot be written; everything is held then until `longshore resume`, and once more on the way back. Without one such a start is refused.',
      ),
    backups: z
      .strictObject({
        keep: wholeNumber(0, 1000)
          .prefault(5)
          .describe('How many are kept; 0 takes none. The one from before the last migration is kept besides.'),
        folder: filePath().optional().describe('Where they lie. Without one: `backups` in the folder of the state.'),
        onNewer: z
          .enum(['restore', 'refuse'])
          .default('restore')
          .describe(
            'What to do with a state that a newer Longshore wrote, at the start of the service: keep it aside and go on from the newest backup that this version can read, with everything held, or end.',
          ),
      })
      .prefault({})
      .describe('Backups of the state, taken after rollouts and daily. A damaged state is replaced by the newest.'),
    log: z
      .strictObject({
        level: z.enum(logLevels).default('info').describe('Least important lines that are written.'),
        format: z.enum(logFormats).default('plain').describe('`plain` is for people, `json` for programs.'),
      })
      .prefault({})
      .describe('Log lines, on standard error.'),
  })
  .superRefine(ensuredOnce, { when: isObject })
  .superRefine(folderBesideDatabase, { when: isObject })

/** The values of the file once checked: durations in milliseconds, secrets wrapped, defaults filled in. */
export type ParsedConfig = z.output<typeof configSchema>

function leavesMachine(address: string): boolean {
  return address.startsWith('tcp:') && !isLoopback(URL.parse(address)?.hostname ?? '')
}
