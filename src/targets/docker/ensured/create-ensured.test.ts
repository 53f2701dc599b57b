import { expect, test } from 'vitest'
import { planned } from '../../../../test/fakes/planned.ts'
import { AppError } from '../../../errors.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { createEnsured } from './create-ensured.ts'

const { signal } = new AbortController()
const rollout = planned('web', 0)

/** An engine that has nothing, behind a proxy that refuses one kind of call; it says what it was asked. */
function engineThat(isRootless: boolean, refused: string | null) {
  const asked: string[] = []
  const answer = (call: string) => async () => {
    asked.push(call)
    if (call === 'version') return { api: '1.45', product: 'docker', isRootless }
    throw call === refused ? new AppError('TARGET_FORBIDDEN', call) : new AppError('TARGET_NOT_FOUND', 'no such one')
  }
  const engine = new Proxy({}, { get: (_, call) => answer(String(call)) })
  // It never comes as far as anything else.
  const deps = { engine, ensured: [{ name: 'web' }] } as unknown as DockerDeps
  return { asked, deps }
}

test('a probe that a rootless engine would send to somebody else keeps it from being made', async () => {
  const { asked, deps } = engineThat(true, null)
  const probed = { ...rollout, gate: { ...rollout.gate, probe: { kind: 'tcp', port: 80 } as const } }

  await expect(createEnsured(deps, probed, { signal })).rejects.toMatchObject({ code: 'TARGET_UNSUPPORTED' })

  expect(asked).toEqual(['version'])
})

test.each(['startContainer', 'removeContainer', 'stopContainer', 'setRestartPolicy'])(
  'a proxy that denies %s is found before it is made',
  async (refused) => {
    const { asked, deps } = engineThat(false, refused)

    await expect(createEnsured(deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })

    expect(asked).not.toContain('createContainer')
  },
)
