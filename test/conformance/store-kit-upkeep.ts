import { describe, expect, test } from 'vitest'
import { noHooks, type Hook } from '../../src/rollout/hooks.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type { StateRow } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import {
  at,
  digest,
  endedRollout,
  historyEntry,
  override,
  pause,
  quarantine,
  reason,
  rollout,
  tagObservation,
  workload,
} from './store-rows.ts'

const day = 86_400
const year = 365 * day
const web = 'local/container/web'
const { registry, repository } = tagObservation()

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** The part of `storeKit` about what is forgotten. */
export function retentionPromises({ store }: Pick<KitStore, 'store'>): void {
  const ended = (index: number, change: Partial<Rollout> = {}): Rollout => {
    const createdAt = at(index)
    return rollout({ id: `r${index}`, createdAt, stage: 'ended', outcome: 'rolled-back', ...change })
  }
  const save = (all: readonly Rollout[]) => Promise.all(all.map((each) => store().saveRollout(each)))
  const known = async (id: string): Promise<boolean> => (await store().rollout(id)) !== null

  describe('what is forgotten', () => {
    test('are rollouts beyond the last 50 of a workload, with their journals', async () => {
      await save(times(60, (index) => ended(index)))
      await save(times(60, (index) => ended(1000 + index, { workload: 'local/container/db' })))
      await store().saveRollout(ended(5), { journal: { rollout: 'r5', step: 'J1', effect: 'pull', at: at(5) } })
      await store().saveRollout(ended(20), { journal: { rollout: 'r20', step: 'J1', effect: 'pull', at: at(5) } })

      await store().forgetOld(at(100))

      const left = await store().rollouts(web, 100)
      expect(left.map(({ id }) => id)).toEqual(times(50, (index) => `r${59 - index}`))
      expect(await store().rollouts('local/container/db', 100)).toHaveLength(50)
      expect(await store().journal('r5')).toEqual([])
      expect(await store().journal('r20')).toHaveLength(1)
    })

    test('are not those that the target may show, that are open, in a wave, or need a person', async () => {
      await save([
        ended(0, { outcome: 'succeeded' }),
        ended(1, { outcome: 'succeeded' }),
        ended(2, { outcome: 'needs-human' }),
        ended(3, { stage: 'kept' }),
      ])
      await store().saveRollout(ended(4), { wave: 'shop' })
      await save(times(50, (index) => ended(10 + index)))

      await store().forgetOld(at(100))

      const left = await Promise.all(times(5, (index) => known(`r${index}`)))
      expect(left).toEqual([false, true, true, true, true])
    })

    test('is history beyond 500 entries of a workload, and what is over a year old but for the last 50', async () => {
      const entry = (index: number, of: string | null) => historyEntry({ at: at(index), workload: of })
      await Promise.all([
        ...times(510, (index) => store().addHistory(entry(year + index, web))),
        ...times(60, (index) => store().addHistory(entry(index, 'local/container/db'))),
        ...times(60, (index) => store().addHistory(entry(index, null))),
      ])

      await store().forgetOld(at(year + 20_000))

      expect(await store().history({ workload: web, limit: 1000 })).toHaveLength(500)
      const ofDb = await store().history({ workload: 'local/container/db', limit: 1000 })
      expect(ofDb.map((each) => each.at)).toEqual(times(50, (index) => at(59 - index)))
      expect(await store().history({ limit: 1000 })).toHaveLength(600)
    })

    test('are sightings beyond 100 of a tag, but not the first of what it names now', async () => {
      const seen = (index: number) =>
        tagObservation({ digest: digest(index), firstSeenAt: at(index), seenAt: at(index) })
      for (const index of times(110, (each) => each + 1)) await store().saveTagObservation(seen(index))
      await store().saveTagObservation({ ...seen(1), seenAt: at(200) })

      await store().forgetOld(at(300))

      const left = await store().sightings(registry, repository, 'stable', 1000)
      expect(left.map((each) => each.firstSeenAt)).toEqual([...times(100, (index) => at(110 - index)), at(1)])
      expect(await store().movedTags(registry, repository)).toEqual(['stable'])
    })

    test('are tags and lists that nobody has looked at for a year, but not those whose looks fail', async () => {
      const failure = { ...reason, since: at(5), at: at(year), count: 9 }
      const list = { registry, repository, count: 1, seenAt: at(1), failure: null, doubt: null }
      await store().saveTagObservation(tagObservation({ tag: 'unwatched' }))
      await store().saveTagObservation(tagObservation({ tag: 'failing', failure }))
      await store().saveTagObservation(tagObservation({ tag: 'watched', seenAt: at(year) }))
      await store().saveTagList(list, [{ tag: 'a', firstSeenAt: at(1), goneSince: null, push: null }])
      await store().saveTagList({ ...list, repository: 'failing', failure })

      await store().forgetOld(at(year + 100))

      const left = await store().tagObservations(registry, repository)
      expect(left.map(({ tag }) => tag)).toEqual(['failing', 'watched'])
      expect(await store().sightings(registry, repository, 'unwatched', 9)).toEqual([])
      expect(await store().tagList(registry, repository)).toBeNull()
      expect(await store().listedTags(registry, repository)).toEqual([])
      expect(await store().tagList(registry, 'failing')).not.toBeNull()
    })

    test('are descriptions beyond 50 of a repository, but not of what a workload runs or wants', async () => {
      await store().saveWorkload(workload({ digest: digest(0), candidate: digest(1) }))
      for (const index of times(60, (each) => each)) {
        await store().saveImageDescription(registry, repository, digest(index), { index })
      }
      await store().saveImageDescription(registry, 'other', digest(7), { index: 7 })

      // The store's own clock, which says when they were described, stands still in the kit.
      await store().forgetOld('1970-01-02T00:00:00.000Z')

      const left = await Promise.all(
        times(60, (index) => store().imageDescription(registry, repository, digest(index))),
      )
      const kept = left.filter((each) => each !== null)
      expect(kept.length).toBeGreaterThanOrEqual(50)
      expect(kept.length).toBeLessThanOrEqual(52)
      expect(left.slice(0, 2)).toEqual([{ index: 0 }, { index: 1 }])
      expect(await store().imageDescription(registry, 'other', digest(7))).toEqual({ index: 7 })
    })

    test('are digests that failed beyond the last 100 of a workload', async () => {
      for (const index of times(110, (each) => each)) {
        const failed = quarantine({ digest: digest(index), since: at(index) })
        await store().saveRollout(ended(index), { quarantine: failed })
      }

      await store().forgetOld(at(200))

      const left = await store().quarantine(web)
      expect(left.map((each) => each.since).toSorted()).toEqual(times(100, (index) => at(10 + index)))
    })

    test('are workloads that are gone for a year, but for what people said and the latest success', async () => {
      const gone = { state: 'ignored', reason: { code: 'GONE', sentence: 'it is gone' }, since: at(1) } as const
      await store().saveWorkload(workload(gone))
      await store().saveWorkload(workload({ ...gone, id: 'local/container/new', since: at(day) }))
      await store().saveWorkload(workload({ id: 'local/container/old', since: at(1) }))
      await save([ended(0, { outcome: 'succeeded' }), ended(1, { outcome: 'succeeded' }), ended(2)])
      await store().saveRollout(ended(3), { history: historyEntry(), quarantine: quarantine() })
      await store().setOverride(override())

      await store().forgetOld(at(year + 100))

      const left = (await store().workloads()).map(({ id }) => id)
      expect(left).toEqual(['local/container/new', 'local/container/old'])
      expect((await store().rollouts(web, 9)).map(({ id }) => id)).toEqual(['r1'])
      expect(await store().history({ workload: web, limit: 9 })).toEqual([])
      expect(await store().quarantine(web)).toEqual([])
      expect(await store().overrides()).toEqual([override()])
    })

    test('are keys of events after a week, and news after a month', async () => {
      const event = { key: 'k', registry, repository, tag: 'stable', digest: null, receivedAt: at(1) }
      await store().receiveEvents([event])

      await store().forgetOld(at(8 * day))
      expect(await store().pendingEvents(9)).toHaveLength(1)
      expect(await store().receiveEvents([{ ...event, tag: 'again' }])).toHaveLength(1)
      await store().forgetOld(at(40 * day))

      expect(await store().pendingEvents(9)).toEqual([])
    })

    test('is looked for once a day, also after the clock was set back', async () => {
      const count = async () => (await store().rollouts(web, 100)).length
      await store().forgetOld(at(10 * day))
      await save(times(60, (index) => ended(index)))

      await store().forgetOld(at(10 * day + 100))
      expect(await count()).toBe(60)
      await store().forgetOld(at(day))

      expect(await count()).toBe(50)
    })
  })
}

const secret = 'hunter2-hunter2'

/** The part of `storeKit` about what may be shown. */
export function contentsPromises({ store }: Pick<KitStore, 'store'>): void {
  const contents = async (): Promise<readonly StateRow[]> => {
    const rows: StateRow[] = []
    for await (const row of store().contents()) rows.push(row)
    return rows
  }

  describe('what may be shown', () => {
    test('is all that decisions and people stand on, each row under its kind', async () => {
      await store().setHold({ reason, since: at(1) })
      await store().saveEngineNote({ target: 'local', engine: 'Docker 26', limits: [] })
      await store().saveWorkload(workload())
      await store().setOverride(override())
      await store().setPause(pause())
      await store().saveTagObservation(tagObservation())
      const list = { registry, repository, count: 1, seenAt: at(1), failure: null, doubt: null }
      await store().saveTagList(list, [{ tag: 'a', firstSeenAt: at(1), goneSince: null, push: null }])
      await store().setMassChange({ target: 'local', count: 9, most: 3, since: at(2) })
      await store().releaseTarget('other', [{ target: 'other', workload: web, digest: digest(1) }])
      await store().saveRollout(endedRollout, {
        journal: { rollout: 'r1', step: 'J1', effect: 'pull', at: at(5) },
        history: historyEntry(),
        quarantine: quarantine(),
        gateFailure: { target: 'local', workload: web, digest: digest(2), at: at(6) },
      })
      const from = { source: 'hub', kind: 'pushed' } as const
      await store().receiveEvents([{ key: 'k', registry, repository, tag: 'a', digest: null, receivedAt: at(1), from }])
      await store().addDeadLetter({ source: 'hub', body: 'x', receivedAt: at(1) })

      const rows = await contents()

      expect(rows.map(({ kind }) => kind)).toEqual(
        [
          'hold target workload pin pause quarantine gate-failure mass-change approval rollout journal history'.split(
            ' ',
          ),
          'observation sighting tag-list listed-tag event event-trail event-trail dead-letter'.split(' '),
        ].flat(),
      )
      const of = (kind: string) => rows.find((each) => each.kind === kind)?.row
      expect(of('workload')).toEqual(workload())
      expect(of('pin')).toEqual(override())
      expect(of('history')).toEqual(historyEntry())
      expect(of('rollout')).toMatchObject({ id: 'r1', outcome: 'rolled-back', digest: digest(2), reason })
      expect(of('observation')).toEqual(tagObservation())
    })

    test('is complete where there is much of it', async () => {
      await Promise.all(times(1203, (index) => store().addHistory(historyEntry({ at: at(index) }))))
      await Promise.all(times(603, (index) => store().saveRollout(rollout({ id: `r${index}` }))))
      await Promise.all(times(603, (index) => store().saveTagObservation(tagObservation({ tag: `t${index}` }))))

      const rows = await contents()

      const count = (kind: string) => new Set(rows.filter((each) => each.kind === kind).map(({ row }) => row)).size
      expect(['history', 'rollout', 'observation', 'sighting'].map(count)).toEqual([1203, 603, 603, 603])
    })

    test('holds nothing of environments, files, hooks, probes, output, labels of images, and what senders sent', async () => {
      const command = ['/bin/dump', `--password=${secret}`]
      const text = `services: { web: { environment: { PASSWORD: ${secret} } } }`
      const hook: Hook = {
        name: 'dump',
        place: 'inside',
        command,
        user: null,
        instances: 'first',
        timeoutMs: 1000,
        onFailure: 'stop',
        whenDown: 'skip',
      }
      const end = { outcome: 'failed', exitCode: 1, sentence: 'exited with 1', output: secret } as const
      const secretive = rollout({
        gate: { ...rollout().gate, probe: { kind: 'exec', command } },
        hooks: { ...noHooks, beforeRollout: [hook] },
        hookResults: [{ ...end, moment: 'beforeRollout', name: 'dump', at: at(1) }],
        definition: {
          files: [{ path: '/srv/compose.yml', before: text, after: text }],
          edit: { path: '/srv/compose.yml', line: 1, from: secret, to: secret },
          followers: [],
          isDivisible: true,
          hash: null,
        },
        logTail: `PASSWORD=${secret}`,
      })
      await store().saveRollout(secretive)
      await store().saveSnapshot('r1', { Config: { Env: [`PASSWORD=${secret}`], Cmd: command } })
      await store().saveImageDescription(registry, repository, digest(1), { labels: { key: secret }, env: [secret] })
      await store().addDeadLetter({ source: 'hub', body: `{"token": "${secret}"}`, receivedAt: at(1) })
      await store().receiveEvents([{ key: secret, registry, repository, tag: 'a', digest: null, receivedAt: at(1) }])
      expect(JSON.stringify(await store().rollout('r1'))).toContain(secret)

      const shown = JSON.stringify(await contents())

      expect(shown).toContain('"r1"')
      expect(shown).not.toContain(secret)
    })
  })
}
