import { describe, expect, test } from 'vitest'
import type { KitStore } from './store-place.ts'
import { at, digest, historyEntry, quarantine, reason, rollout, tagObservation, workload } from './store-rows.ts'

/** The part of `storeKit` about what is kept and how it is given back. */
export function contentPromises({ store }: Pick<KitStore, 'store'>): void {
  test('answers with nothing while empty', async () => {
    expect(await store().hold()).toBeNull()
    expect(await store().tagObservation('r', 'p', 't')).toBeNull()
    expect(await store().sightings('r', 'p', 't', 10)).toEqual([])
    expect(await store().imageDescription('r', 'p', digest(1))).toBeNull()
    expect(await store().workload('w')).toBeNull()
    expect(await store().workloads()).toEqual([])
    expect(await store().rollout('r1')).toBeNull()
    expect(await store().openRollouts()).toEqual([])
    expect(await store().rollouts('w', 10)).toEqual([])
    expect(await store().journal('r1')).toEqual([])
    expect(await store().snapshot('r1')).toBeNull()
    expect(await store().quarantine('w')).toEqual([])
    expect(await store().quarantines()).toEqual([])
    expect(await store().history({ limit: 10 })).toEqual([])
  })

  test('keeps a hold until it is taken away', async () => {
    const hold = { reason, since: at(1) }

    await store().setHold({ reason: { ...reason, code: 'EARLIER' }, since: at(0) })
    await store().setHold(hold)
    expect(await store().hold()).toEqual(hold)

    await store().setHold(null)
    expect(await store().hold()).toBeNull()
  })

  test('keeps when it last took the place of a later one, beyond the hold that says so', async () => {
    expect(await store().restoredAt()).toBeNull()

    await store().setHold({ reason: { ...reason, code: 'STATE_RESTORED' }, since: at(1) })
    await store().setHold(null)
    await store().setHold({ reason: { ...reason, code: 'STATE_LOST' }, since: at(2) })

    expect(await store().restoredAt()).toBe(at(1))
  })

  test('keeps what answers at each target, by its name', async () => {
    const docker = { target: 'b', engine: 'Docker 26.1.5 (API 1.45)', limits: [] }
    const podman = { target: 'a', engine: 'Podman 4.3.1 (API 1.41)', limits: ['left alone', 'and so on'] }
    expect(await store().engineNotes()).toEqual([])

    await store().saveEngineNote({ ...docker, engine: 'Docker 20.10.24 (API 1.41)' })
    await store().saveEngineNote(podman)
    await store().saveEngineNote(docker)

    expect(await store().engineNotes()).toEqual([podman, docker])
  })

  describe('tag observations', () => {
    const { registry, repository, tag } = tagObservation()

    test('gives back the latest one, with a failure and without', async () => {
      const failing = tagObservation({
        failure: { ...reason, at: at(5), since: at(4), count: 2 },
      })
      const never = tagObservation({ tag: 'gone', digest: null, firstSeenAt: null, seenAt: null })

      await store().saveTagObservation(tagObservation())
      await store().saveTagObservation(failing)
      await store().saveTagObservation(never)

      expect(await store().tagObservation(registry, repository, tag)).toEqual(failing)
      expect(await store().tagObservation(registry, repository, 'gone')).toEqual(never)
      expect(await store().sightings(registry, repository, 'gone', 10)).toEqual([])
    })

    test('remembers the first time of every digest of a tag, newest first', async () => {
      await store().saveTagObservation(tagObservation({ digest: digest(1), firstSeenAt: at(1) }))
      await store().saveTagObservation(tagObservation({ digest: digest(2), firstSeenAt: at(2) }))
      await store().saveTagObservation(tagObservation({ digest: digest(3), firstSeenAt: at(3) }))
      await store().saveTagObservation(tagObservation({ digest: digest(1), firstSeenAt: at(4) }))

      const first = { digest: digest(1), firstSeenAt: at(1) }
      const second = { digest: digest(2), firstSeenAt: at(2) }
      const third = { digest: digest(3), firstSeenAt: at(3) }
      expect(await store().sightings(registry, repository, tag, 10)).toEqual([third, second, first])
      expect(await store().sightings(registry, repository, tag, 2)).toEqual([third, second])
    })

    test('keeps registries, repositories and tags apart', async () => {
      await store().saveTagObservation(tagObservation())

      expect(await store().tagObservation('other', repository, tag)).toBeNull()
      expect(await store().tagObservation(registry, 'other', tag)).toBeNull()
      expect(await store().sightings(registry, repository, 'other', 10)).toEqual([])
    })
  })

  test('gives back the description of an image, the later one when there were two', async () => {
    const description = { platforms: [{ os: 'linux', bytes: 1.5 }], 'some "key"': null, text: 'ü' }

    await store().saveImageDescription('r', 'p', digest(1), { platforms: [] })
    await store().saveImageDescription('r', 'p', digest(1), description)

    expect(await store().imageDescription('r', 'p', digest(1))).toEqual(description)
    expect(await store().imageDescription('r', 'other', digest(1))).toBeNull()
  })

  test('gives back workloads by id, replaced and deleted as told', async () => {
    const api = workload({ id: 'local/container/api', digest: null, candidate: null, mode: 'notify' })
    const web = workload({ state: 'rolling-out', decidedAt: at(9) })

    await store().saveWorkload(workload())
    await store().saveWorkload(web)
    await store().saveWorkload(api)
    await store().saveWorkload(workload({ id: 'local/container/zoo' }))
    await store().deleteWorkload('local/container/zoo')

    expect(await store().workloads()).toEqual([api, web])
    expect(await store().workloadIds()).toEqual([api.id, web.id])
    expect(await store().workload(web.id)).toEqual(web)
  })

  test('keeps one quarantine per workload and digest until it is lifted', async () => {
    const later = quarantine({ policy: 'semver:^1', since: at(20) })
    const second = quarantine({ digest: digest(3) })
    const other = quarantine({ workload: 'local/container/api' })
    const save = (row: typeof later) => store().saveRollout(rollout(), { quarantine: row })
    for (const row of [quarantine(), later, second, other]) await save(row)

    expect(await store().quarantine(later.workload)).toEqual([later, second])
    expect(await store().quarantines()).toEqual([other, later, second])

    await store().liftQuarantine(later.workload, second.digest)
    expect(await store().quarantine(later.workload)).toEqual([later])

    await store().liftQuarantine(later.workload, 'all')
    expect(await store().quarantine(later.workload)).toEqual([])
    expect(await store().quarantine(other.workload)).toEqual([other])
  })

  test('gives back history newest first, of all or of one workload', async () => {
    const general = historyEntry({
      workload: null,
      rollout: null,
      kind: 'hold',
      fromDigest: null,
      toDigest: null,
    })
    const api = historyEntry({ workload: 'local/container/api', kind: 'held' })
    for (const entry of [historyEntry(), api, general]) await store().addHistory(entry)

    expect(await store().history({ limit: 10 })).toEqual([general, api, historyEntry()])
    expect(await store().history({ limit: 1 })).toEqual([general])
    expect(await store().history({ workload: 'local/container/api', limit: 10 })).toEqual([api])
  })

  test('keeps what its hooks told and what a rollout means to other workloads with it', async () => {
    const own = historyEntry()
    const theirs = historyEntry({ workload: 'local/container/api', fromDigest: null, toDigest: null })

    const hooks = [historyEntry({ kind: 'hook', at: 'first' }), historyEntry({ kind: 'hook', at: 'then' })]

    await store().saveRollout(rollout(), { historyOfHooks: hooks, history: own, historyOfOthers: [theirs] })

    expect(await store().history({ limit: 10 })).toEqual([theirs, own, ...hooks.toReversed()])
  })

  test('may be closed more than once', async () => {
    await store().close()

    await expect(store().close()).resolves.toBeUndefined()
  })
}
