import { expect, test } from 'vitest'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { AppError } from '../../errors.ts'
import { runPass } from './run-pass.ts'

/** A workload that runs nothing: its rollout was killed between its versions. What the engine's labels tell cannot be read. */
async function killedInGap() {
  const fleet = startFleet([{ name: 'web' }, { name: 'shop' }])
  fleet.push('web', versions.new)
  fleet.hold.apply = async (_, effect) => {
    if (effect === 'start-new') await new Promise(() => {})
  }
  void fleet.serve()
  await fleet.clock.pass(30_000)
  expect(fleet.runs()).toMatchObject({ web: null })
  fleet.hold.apply = async () => {}
  for (const target of fleet.app.targets) {
    target.findRollouts = async () => {
      throw new AppError('TARGET_FAILED', 'no such layer')
    }
  }
  return fleet
}

test('the service brings back what it knows of while it cannot look for what it does not, and begins nothing', async () => {
  const fleet = await killedInGap()
  fleet.push('shop', versions.new)

  const end = fleet.serve()
  await fleet.clock.pass(120_000)

  expect(fleet.runs()).toEqual({ web: versions.new, shop: versions.old })
  expect(fleet.world.lines.join('\n')).toContain('no such layer')
  await end()
})

test('so does a pass, which tells what it could not look for', async () => {
  const fleet = await killedInGap()

  const passed = runPass(fleet.app, fleet.newQueue(), fleet.stop.signal)
  await fleet.clock.pass(120_000)

  expect(fleet.runs()).toMatchObject({ web: versions.new })
  expect(await passed).toMatchObject({
    rollouts: [{ outcome: 'succeeded' }],
    failures: [{ subject: 'local', error: { message: 'no such layer' } }],
  })
})
