import { beforeEach, describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Registry } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'
import { scanRepository } from './scan-repository.ts'

const repository = { registry: 'registry.example.com', repository: 'team/web' }
const [first, second] = [digest('a'), digest('b')]
const away = new AppError('REGISTRY_UNAVAILABLE', 'no answer')

type Answer = Digest | 'unchanged' | AppError

describe('a look at a tag', () => {
  let clock: ReturnType<typeof startFakeClock>
  let memory: Store
  let asked: (Digest | null)[]
  let askedOf: unknown[]

  beforeEach(() => {
    clock = startFakeClock()
    memory = createMemoryStore()
    asked = []
    askedOf = []
  })

  /** One scan, for which the registry has these answers in order; the last one stays. */
  async function scan(answers: readonly [Answer, ...Answer[]], signal = new AbortController().signal) {
    const left = [...answers]
    const registry: Registry = {
      kind: 'scripted',
      async resolve(_repository, _tag, known, _signal, ...how) {
        asked.push(known)
        askedOf.push(how)
        const answer = left.length > 1 ? left.shift() : left[0]
        if (answer instanceof AppError) throw answer
        if (answer === undefined || answer === 'unchanged') return 'unchanged'
        return { digest: answer, mediaType: 'application/vnd.oci.image.index.v1+json', sizeBytes: null }
      },
      describe: () => Promise.reject(away),
      listTags: () => Promise.reject(away),
      readConfig: () => Promise.reject(away),
      close: () => {},
    }
    clock.advance(60_000)
    const [observation] = await scanRepository(
      { memory, registryFor: () => registry, clock, urgency: 'background' },
      repository,
      ['1'],
      signal,
    )
    if (observation === undefined) throw new Error('one tag gives one observation')
    return observation
  }

  test('asks without a condition at first, and then whether what is known still holds', async () => {
    await scan([first])
    await scan(['unchanged'])

    expect(asked).toEqual([null, first])
  })

  test('counts the reads that agree, whether the registry honours conditions or not', async () => {
    expect(await scan([first])).toMatchObject({ digest: first, reads: 1 })
    expect(await scan(['unchanged'])).toMatchObject({ digest: first, reads: 2 })
    expect(await scan([first])).toMatchObject({ digest: first, reads: 3 })
  })

  test('keeps when a digest was first seen, and when it was last confirmed', async () => {
    const { firstSeenAt } = await scan([first])
    const later = await scan(['unchanged'])

    expect(later.firstSeenAt).toBe(firstSeenAt)
    expect(Date.parse(later.seenAt ?? '') - Date.parse(firstSeenAt ?? '')).toBe(60_000)
  })

  test('believes a digest that was never seen before at once', async () => {
    await scan([first])

    expect(await scan([second])).toMatchObject({ digest: second, reads: 1 })
    expect(asked).toHaveLength(2)
  })

  test('asks a second time, without a condition, about a digest that the tag had left', async () => {
    await scan([first])
    await scan([second])

    expect(await scan([first])).toMatchObject({ digest: first, reads: 2 })
    expect(asked).toEqual([null, first, second, null])
  })

  test('asks no mirror about that, which may only be behind, and as urgently as before', async () => {
    await scan([first])
    await scan([second])
    await scan([first])

    expect(askedOf).toEqual([['background'], ['background'], ['background'], ['background', 'registry']])
  })

  test('counts one read when the second answer differs, as of replicas that disagree', async () => {
    await scan([first])
    await scan([second])

    expect(await scan([first, second])).toMatchObject({ digest: second, reads: 1 })
  })

  test('asks again when the registry calls unchanged what was never seen', async () => {
    expect(await scan(['unchanged', first])).toMatchObject({ digest: first, failure: null })
    expect(asked).toEqual([null, null])
  })

  test('I6: is a failure when the registry goes on calling it unchanged', async () => {
    const observation = await scan(['unchanged'])

    expect(observation).toMatchObject({ digest: null, failure: { code: 'REGISTRY_INTEGRITY' } })
  })

  test('I6: a failure keeps the last good answer and its time, and counts', async () => {
    const good = await scan([first])
    const once = await scan([away])
    const twice = await scan([away])

    expect(once).toMatchObject({ digest: first, seenAt: good.seenAt, failure: { code: away.code, count: 1 } })
    expect(twice.failure).toMatchObject({ count: 2, since: once.failure?.since })
  })

  test('another kind of failure begins anew', async () => {
    await scan([away])
    const other = new AppError('REGISTRY_NOT_FOUND', 'there is no such tag')

    expect((await scan([other])).failure).toMatchObject({ code: 'REGISTRY_NOT_FOUND', count: 1 })
  })

  test('a good answer ends the failure', async () => {
    await scan([away])

    expect(await scan([first])).toMatchObject({ digest: first, reads: 1, failure: null })
  })

  test('what we ourselves broke off is no failure of the registry, and leaves no trace', async () => {
    const good = await scan([first])
    const stopped = AbortSignal.abort()

    await expect(scan([new AppError('ABORTED', 'stopped')], stopped)).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await memory.tagObservation(repository.registry, repository.repository, '1')).toEqual(good)
  })
})
