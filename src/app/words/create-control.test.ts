import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { by, id, startSaid } from '../../../test/fakes/said.ts'

describe('nothing is lost', () => {
  const tag = fc.constantFrom('1', '2', '3')
  const step = fc.oneof(
    fc.tuple(fc.constant('push' as const), tag, fc.constantFrom('a', 'b', 'c', 'd')),
    fc.tuple(fc.constantFrom('pin' as const, 'deploy' as const), tag),
    fc.tuple(
      fc.constantFrom(
        'unpin',
        'pause',
        'pause-web',
        'resume',
        'resume-web',
        'rollback',
        'now',
        'settle',
      ) as fc.Arbitrary<Word>,
    ),
  )
  type Word = 'unpin' | 'pause' | 'pause-web' | 'resume' | 'resume-web' | 'rollback' | 'now' | 'settle'

  test('whatever was said and pushed: released, it runs what its own tag names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const said = startSaid()
        for (const each of ['2', '3']) said.world.tags.set(`web:${each}`, running)
        await said.scan()
        await said.settle()
        const { control, world, clock } = said
        let own = '1'
        for (const [what, which, to] of steps) {
          clock.advance(1000)
          if (what === 'push') world.tags.set(`web:${which}`, digest(to))
          if (what === 'pin') await control.pin('web', which, by)
          if (what === 'deploy') {
            await control.deploy('web', which, by)
            own = which
          }
          if (what === 'unpin') await control.unpin('web', by)
          if (what === 'pause' || what === 'pause-web') await control.pause(what === 'pause' ? null : 'web', null, by)
          if (what === 'resume' || what === 'resume-web') await control.resume(what === 'resume' ? null : 'web', by)
          if (what === 'rollback') await control.rollBack('web', null, by).catch(() => {}) // there may be none
          if (what === 'now') await control.deploy('web', null, by)
          if (what === 'settle') {
            await said.scan()
            await said.settle()
          }
        }

        clock.advance(2 * 3_600_000) // what went back and forth in the last hour is held, and rightly
        await control.unpin('web', by)
        await control.resume('web', by)
        await control.resume(null, by)
        for (let looks = 0; looks < 3; looks++) {
          await said.scan()
          await said.settle()
        }

        expect(await said.runs()).toEqual({ tag: own, digest: world.tags.get(`web:${own}`) })
        expect(await said.store.override(id)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})
