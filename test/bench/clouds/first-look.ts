import { readFileSync } from 'node:fs'
import { createOciClient } from '../../../src/clients/oci/client.ts'
import { secret } from '../../../src/lib/secret.ts'
import { keepHeapSmall } from '../../../src/lib/small-heap.ts'
import { registries } from '../../../src/registries/index.ts'
import type { Registry } from '../../../src/registries/registry.ts'
import { credentialsOf } from '../../fakes/oci-client.ts'
import type { FirstLook, Kind } from './kinds.ts'

/** One process that looks an image up at one registry, as the release does it, with every kind of registry at hand. */
const [kind, host = '', accountFile = ''] = process.argv.slice(2) as [Kind, string, string] // as clouds.ts starts it
keepHeapSmall()

const made: { registry?: Registry } = {}
const distribution = credentialsOf('AWS', 'made-by-amazon')
const client = createOciClient({
  credentials: async (...question) => (made.registry?.credential ?? distribution)(...question),
})
const none = async (): Promise<null> => null
const keys = { accessKeyId: 'AKIALONGSHORE', secretAccessKey: secret('a-secret-access-key'), sessionToken: null }
const deps = {
  client,
  credentials: none,
  configured: none,
  dockerConfig: none,
  host,
  clock: { now: () => Date.now(), elapsed: () => performance.now() },
  // Google's library asks one fixed address for tokens of service accounts.
  fetch: ((_asked, init) => fetch(`http://${host}/oauth2/token`, init)) as typeof fetch,
}
made.registry = {
  none: () => registries.distribution.open(deps),
  ecr: () =>
    registries.ecr.open({
      ...deps,
      entries: [{ host, path: null, ecr: { region: 'eu-central-1', keys, profile: null } }],
    }),
  gar: () =>
    registries.gar.open({
      ...deps,
      entries: [{ host, path: null, gar: { serviceAccountFile: accountFile, projectId: null } }],
    }),
}[kind]()

const found = await made.registry.resolve(
  { registry: host, repository: 'team/app' },
  '1.0',
  null,
  AbortSignal.timeout(20_000),
)
if (found === 'unchanged') throw new Error('nothing was known that could be unchanged')
const wallMs = performance.now()
/** The kernel's own count of this program. */
const peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0)
client.close()
process.stdout.write(JSON.stringify({ wallMs, peakMB: (peakKiB * 1024) / 1e6 } satisfies FirstLook))
process.exit(0)
