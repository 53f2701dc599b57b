import { describe, expect, test } from 'vitest'
import { describeCase } from '../../../test/fakes/compose-promises.ts'
import { composeWorkload, startComposeWorld, type ComposeCase } from '../../../test/fakes/compose-world.ts'
import { AppError } from '../../errors.ts'

/** While our own command is under way, or told already, nobody can be heard; and the way back makes the service anew. */
const isHeard = (moment: string): boolean => !/^compose|^R|up before/.test(moment)

/** Scaled rollouts, and whether a new version that fails is among them. */
function* scaled(): Generator<ComposeCase> {
  for (const order of ['stop-first', 'start-first'] as const)
    for (const scale of [1, 2, 3])
      for (const edit of ['none', 'tag'] as const)
        for (const behaviour of ['healthy', 'unhealthy'] as const)
          yield { order, scale, edit, behaviour, hasFollower: false }
}

describe('what a person brings up by `docker compose pull` and `up` in the middle of a rollout', () => {
  test('loses none of its instances, at whatever moment they do', async () => {
    for (const given of scaled()) {
      const rehearsal = startComposeWorld(given)
      await rehearsal.survive()
      for (const [at, moment] of rehearsal.moments.entries()) {
        if (!isHeard(moment)) continue
        const world = startComposeWorld(given)
        let theirs: readonly string[] = []

        const rollout = await world.survive((_moment, count) => {
          if (count !== at) return
          world.service.byHand('pull-and-up')
          theirs = world.service.theirs().map(({ id }) => id)
        })

        const label = `${describeCase(given)} at ${at}: ${moment}`
        expect(rollout.stage, label).toBe('ended')
        expect(
          world.service.theirs().map(({ id }) => id),
          label,
        ).toEqual(theirs)
      }
    }
  })

  test.each([
    [2, 27, 'stop one'],
    [2, 28, 'remove one'],
    [3, 38, 'stop one'],
    [3, 39, 'remove one'],
  ])(
    'stays where one more of it does not start, for the one of %i that we were removing, and ours is not blamed (%i: %s)',
    async (scale, at, moment) => {
      const options = { order: 'stop-first', edit: 'none', behaviour: 'healthy', hasFollower: false } as const
      const world = startComposeWorld({ ...options, scale })
      const { service } = world
      const { apply } = service.target
      let theirs: readonly string[] = []
      let refused = 0
      service.target.apply = async (rollout, effect, context) => {
        if (effect !== 'add' || theirs.length === 0) return apply(rollout, effect, context)
        refused += 1
        throw new AppError('TARGET_START_FAILED', 'exec: not found')
      }

      const rollout = await world.survive((_moment, count) => {
        // As our one is brought up, so that what comes of it is neither old nor new.
        if (count === 22) service.byHand('move-tag')
        if (count !== at) return
        service.byHand('pull-and-up')
        theirs = service.theirs().map(({ id }) => id)
      })

      expect([world.moments[at], refused]).toEqual([`compose: ${moment}`, 1])
      expect(service.theirs().map(({ id }) => id)).toEqual(theirs)
      expect(rollout).toMatchObject({ stage: 'ended', outcome: 'superseded', reason: { code: 'REPLACED_BY_HAND' } })
      expect(service.applied).not.toContain('tag-old')
      expect(await world.store.quarantine(composeWorkload)).toEqual([])
    },
  )
})
