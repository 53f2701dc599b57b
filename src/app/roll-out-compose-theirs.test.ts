import { describe, expect, test } from 'vitest'
import { describeCase } from '../../test/fakes/compose-promises.ts'
import { startComposeWorld, type ComposeCase } from '../../test/fakes/compose-world.ts'

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
})
