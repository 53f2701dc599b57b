import { expect, test } from 'vitest'
import type { Engine } from '../../clients/docker/engine.ts'
import { AppError } from '../../errors.ts'
import type { Dependant } from '../../rollout/dependant.ts'
import { requireRights } from './require-rights.ts'

const { signal } = new AbortController()
const dependant: Dependant = {
  instance: 'app-id',
  name: 'app',
  image: 'sha256:app',
  restart: 'no',
  wasRunning: true,
  by: ['network'],
}

/** An engine that knows no container, behind a proxy that refuses one kind of call. */
function engineWithout(refused: string | null) {
  const asked: string[] = []
  const answer = (call: string) => async () => {
    asked.push(call)
    throw call === refused ? new AppError('TARGET_FORBIDDEN', call) : new AppError('TARGET_NOT_FOUND', 'no such one')
  }
  const engine = new Proxy({}, { get: (_, call) => answer(String(call)) })
  // Whatever it is asked it answers the same.
  return { asked, engine: engine as Engine }
}

const always = ['setRestartPolicy', 'stopContainer', 'startContainer', 'removeContainer']
const procedure = 'replace'

test.each([
  ['alone', { procedure, order: 'stop-first', dependants: [] }, ['renameContainer']],
  ['of what does not exist', { procedure: 'create', order: 'stop-first', dependants: [] }, []],
  [
    'of a set, which may have to be restarted,',
    { procedure, order: 'stop-first', dependants: [dependant] },
    ['renameContainer', 'restartContainer'],
  ],
  [
    'start-first',
    { procedure, order: 'start-first', dependants: [] },
    ['renameContainer', 'connectNetwork', 'disconnectNetwork'],
  ],
] as const)('a rollout %s asks for each right that it and its way back need', async (_, rollout, more) => {
  const { asked, engine } = engineWithout(null)

  await requireRights({ engine }, rollout, signal)

  expect(asked.toSorted()).toEqual([...always, ...more].toSorted())
  for (const each of asked) {
    await expect(requireRights({ engine: engineWithout(each).engine }, rollout, signal)).rejects.toThrow(each)
  }
})
