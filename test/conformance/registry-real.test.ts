import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { toRegistries } from '../../src/config/registries.ts'
import { configSchema } from '../../src/config/schema.ts'
import { parseReference, tagOf } from '../../src/image/reference.ts'
import { createLog } from '../../src/lib/log.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { openRegistries } from '../../src/wire-registries.ts'

const signal = new AbortController().signal
const kinds = ['distribution', 'docker-hub', 'ecr', 'gar', 'gitlab', 'harbor'] as const
const tellingKinds: readonly string[] = ['docker-hub', 'ecr', 'gar', 'gitlab', 'harbor']

/** An entry that says nothing but the kind: credentials come from Docker's own file and from where clouds keep theirs. */
function entryOf(host: string, kind: (typeof kinds)[number]) {
  // Of a self-managed instance, whose address its registry does not tell.
  const url = process.env['LONGSHORE_TEST_GITLAB_URL'] ?? 'https://gitlab.com'
  const { registries } = configSchema.parse({
    registries: [{ host, kind, ...(kind === 'gitlab' && { gitlab: { url } }) }],
  })
  return toRegistries(registries, (path) => path)
}

/** The real services, each asked only where somebody names an image there: nobody else's tests leave the machine. */
describe.each(kinds)('%s itself', (kind) => {
  const variable = `LONGSHORE_TEST_${kind.toUpperCase().replace('-', '_')}`
  const image = process.env[variable]

  describe.skipIf(image === undefined)(`(needs ${variable}=image:tag)`, () => {
    const reference = parseReference(image ?? 'none')
    const tag = tagOf(reference)
    const dockerConfigFile = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json')
    const network = {
      env: process.env,
      log: createLog('error', 'plain', (line) => process.stderr.write(line)),
      certsFolder: '/etc/docker/certs.d',
    }
    const settings = { registries: entryOf(reference.registry, kind), dockerConfigFile }
    const registries = openRegistries(settings, systemClock, network)
    const registry = registries.registryFor(reference.registry)
    afterAll(() => registries.close())

    test('tells what the tag names, lists it, describes it, and when it was pushed', async () => {
      const found = await registry.resolve(reference, tag, null, signal)
      if (found === 'unchanged') throw new Error('nothing was known')
      expect(await registry.resolve(reference, tag, found.digest, signal)).toBe('unchanged')
      expect(await registry.listTags(reference, signal)).toContain(tag)
      expect((await registry.describe(reference, found.digest, null, signal)).images).not.toEqual([])

      const wanted = { tags: [tag], known: new Map() }
      const details = await registry.describeTags?.(reference, wanted, signal)

      if (!tellingKinds.includes(kind)) return expect(details).toBeUndefined()
      // Of others' images nobody is told when they were pushed there.
      if (reference.registry === 'public.ecr.aws') return expect(details).toEqual([])
      expect(details).toMatchObject([{ tag, pushedAt: expect.any(Number) }])
      expect([found.digest, null]).toContain(details?.[0]?.digest)
    })
  })
})
