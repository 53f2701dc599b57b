import { afterEach, beforeEach, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { Gate } from '../../rollout/gate.ts'
import { up } from './apply-up.ts'
import { capture } from './capture.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose([composeContainer()])
  stage.world.isRootless = true
})
afterEach(() => stage.close())

const gated = (probe: Gate['probe']) => composeRollout({ gate: { ...composeRollout().gate, probe } })

test('a probe that a rootless engine would send to somebody else is told before anything is touched', async () => {
  const rollout = gated({ kind: 'http', port: 80, path: '/' })

  await expect(capture(stage.deps, rollout, signal)).rejects.toMatchObject({ code: 'TARGET_UNSUPPORTED' })
  await expect(up(stage.deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_UNSUPPORTED' })

  expect([stage.world.done, stage.world.ups, stage.world.dryRuns]).toEqual([[], [], []])
})

test('a probe that is a command runs inside, wherever that is', async () => {
  await expect(capture(stage.deps, gated({ kind: 'exec', command: ['true'] }), signal)).resolves.toBeDefined()
})
