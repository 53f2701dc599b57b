import { expect, test } from 'vitest'
import { reference, workload } from '../../../test/fakes/decide-input.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { Registry } from '../../registries/registry.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'
import { examineRegistries } from './examine-registries.ts'

const signal = new AbortController().signal

/** What doctor says of Docker Hub, whose images are well, as its API for push times answers so. */
function told(describeTags: Registry['describeTags']) {
  const watched = {
    kind: 'watchable',
    workload,
    isListed: true,
    policy: { spec: { order: 'newest' } },
    reference: { ...reference, registry: 'docker.io', repository: 'team/app' },
  } as unknown as WatchedWorkload // as much of it as is looked at
  const registry = { resolve: async () => 'unchanged', describeTags } as unknown as Registry // as much of it as is asked
  return examineRegistries({ registryFor: () => registry, pullAuth: async () => null }, [watched], [], signal)
}

test.each<[ErrorCode, string, RegExp]>([
  [
    'REGISTRY_UNAVAILABLE',
    'hub.docker.com is a name without an address (ENOTFOUND)',
    /leads from there to hub\.docker\.com, .* name server, firewall, proxy\./,
  ],
  [
    'REGISTRY_UNAVAILABLE',
    'hub.docker.com answered 503, and asks for a pause of 120 s',
    /overloaded or in maintenance/,
  ],
  ['REGISTRY_RATE_LIMITED', 'hub.docker.com answered 429', /asked too often by this address/],
  ['REGISTRY_INTEGRITY', 'the answer of hub.docker.com is no JSON', /did not match its digest or was cut off/],
  ['REGISTRY_UNAUTHORIZED', 'hub.docker.com answered 401', /wrong, expired or withdrawn, or has no right to read them/],
  ['REGISTRY_FORBIDDEN', 'hub.docker.com answered 403', /^Give the token the right to read them/],
  ['REGISTRY_NOT_FOUND', 'hub.docker.com answered 404', /^Give the token the right to read them/],
])('%s (%s) while push times are asked for has a remedy of its own', async (code, what, remedy) => {
  const findings = await told(() => Promise.reject(new AppError(code, `tags of docker.io/team/app: ${what}`)))

  expect(findings).toHaveLength(2)
  expect(findings[1]).toMatchObject({
    standing: 'doubtful',
    sentence: `when tags were pushed is not told: tags of docker.io/team/app: ${what}`,
    remedy: expect.stringMatching(remedy),
  })
  expect(findings[1]?.remedy).toMatch(/ Until then `newest` goes by when tags were first seen\.$/)
  if (!remedy.source.includes('right')) expect(findings[1]?.remedy).not.toContain('right')
})

test('push times are asked for as a person asks, past what is left alone in the background', async () => {
  const asked: unknown[] = []

  await told(async (...[, , , urgency]) => {
    asked.push(urgency)
    return []
  })

  expect(asked).toEqual(['by-hand'])
})
