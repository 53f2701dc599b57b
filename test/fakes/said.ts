import { createControl } from '../../src/app/words/create-control.ts'
import { planScans } from '../../src/app/scans/scan-plan.ts'
import { recordDecision } from '../../src/app/decisions/record-decision.ts'
import { decideByState } from '../../src/app/decisions/decide-by-state.ts'
import { scanRepository } from '../../src/app/scans/scan-repository.ts'
import { runningDigest } from '../../src/app/workloads/running-image.ts'
import { wantedImage } from '../../src/app/workloads/wanted-image.ts'
import { watchedWorkloads, type WatchableWorkload } from '../../src/app/workloads/watched-workloads.ts'
import { AppError } from '../../src/errors.ts'
import type { Digest } from '../../src/image/digest.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type { Target } from '../../src/targets/target.ts'
import { startFakeClock } from './clock.ts'
import { digest, ended, running } from './decide-input.ts'
import { startFollowed, workloadAt } from './followed.ts'

/** The workload, who speaks, and what is there to be named beside what runs and what is newer. */
export const id = 'local/container/web'
export const by = { actor: 'ada', reason: 'a reason' }
export const older = digest('c')
export const away = new AppError('REGISTRY_UNAVAILABLE', 'no answer')
export const missing = new AppError('REGISTRY_NOT_FOUND', 'no such manifest')

const host = 'registry.example.com'
const signal = new AbortController().signal

/** One workload `web` that follows the tag 1, a registry, and people who say things; rollouts succeed at once. */
export function startSaid() {
  const clock = startFakeClock()
  const { app: followed, world, store } = startFollowed([workloadAt(host, 'web', running)])
  const app = { ...followed, clock }
  const [first] = app.targets
  if (first === undefined) throw new Error('there is one target')
  const target: Target = first
  world.tags.set('web:1', running)
  let count = 0

  const web = async (): Promise<WatchableWorkload> => {
    const [watched] = await watchedWorkloads(app, target, signal)
    if (watched?.kind !== 'watchable') throw new Error('web is watchable')
    return watched
  }

  const scan = async () => {
    const watched = await watchedWorkloads(app, target, signal)
    for (const { repository, tags } of planScans(watched)) {
      await scanRepository({ ...app, memory: store }, repository, tags, signal)
    }
  }

  /** Rolls out as `startRollout` would, and is done. */
  const roll = async (watched: WatchableWorkload, to: Digest): Promise<void> => {
    const { workload, reference, tag } = watched
    const image = wantedImage(workload.image, reference, tag, null)
    const done: Rollout = {
      ...ended('succeeded', to, 0, runningDigest(workload, reference) ?? running),
      id: `said-${++count}`,
      workload: workload.id,
      tag,
      image,
      fromReference: workload.image,
      createdAt: new Date(clock.now()).toISOString(),
      endedAt: new Date(clock.now()).toISOString(),
    }
    world.workloads = [{ ...workload, image, imageId: to, repositoryDigests: [`${host}/web@${to}`], instance: done.id }]
    await store.saveRollout(done, { baselineImage: to })
  }

  return {
    app,
    clock,
    store,
    world,
    control: createControl(app),
    web,
    /** What runs now: tag and digest. */
    async runs() {
      const { workload, reference } = await web()
      return { tag: reference.tag, digest: runningDigest(workload, reference) }
    },
    /** Decides by what is known, and rolls out what is due, until nothing is. @returns the last decision */
    async settle() {
      for (let turns = 0; turns < 10; turns++) {
        const watched = await web()
        const decided = await decideByState(app, watched, signal, false)
        await recordDecision(app, watched, decided)
        clock.advance(1000)
        if (decided.isRolloutDue && decided.candidate !== null) await roll(watched, decided.candidate)
        else if (decided.againInMs !== 0) return decided
      }
      throw new Error('it came to no rest')
    },
    scan,
    /** A push, which polling finds out; a tag that was left needs a second look. */
    async push(tag: string, to: Digest) {
      world.tags.set(`web:${tag}`, to)
      clock.advance(60_000)
      await scan()
      await scan()
    },
    /** Somebody puts another image there, past us. */
    byHand(to: Digest, tag = '1') {
      world.workloads = world.workloads.map((each) => ({
        ...each,
        image: `${host}/web:${tag}`,
        imageId: to,
        repositoryDigests: [`${host}/web@${to}`],
      }))
    },
  }
}
