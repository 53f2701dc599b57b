import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { createTurns } from '../../lib/in-turn.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { pull } from './apply-image.ts'
import type { EngineDeps } from './engine-deps.ts'

const digest = `sha256:${'b'.repeat(64)}`
const context = { signal: new AbortController().signal }

/** An engine that has an image once it was pulled. */
function stage(pulls: readonly ('comes' | 'fails' | 'is-refused')[]) {
  const asked: string[] = []
  let isThere = false
  const deps = {
    pulls: createTurns(),
    engine: {
      inspectImage: async () => (isThere ? { Id: 'sha256:1', RepoDigests: [`localhost:5000/web@${digest}`] } : null),
      pull: async ({ reference }: { reference: string }) => {
        const outcome = pulls[asked.push(reference) - 1]
        await Promise.resolve()
        if (outcome === 'is-refused') throw new AppError('TARGET_PULL_FAILED', 'toomanyrequests: no')
        if (outcome === 'fails') throw new AppError('TARGET_PULL_FAILED', 'unexpected EOF')
        isThere = true
      },
    },
    // Only these are used by a pull of what has run nowhere before.
  } as unknown as EngineDeps
  const rollout = { repository: 'localhost:5000/web', digest, fromImage: '' } as Rollout
  let leftMs = 0
  const pullPace = { leftMs: () => leftMs, refused: (ms: number) => void (leftMs = ms) }
  return { asked, pull: () => pull(deps, rollout, { ...context, pullPace }) }
}

test('several that want the same image at the same time have it pulled once', async () => {
  const { asked, pull: pullOne } = stage(['comes'])

  await Promise.all([pullOne(), pullOne(), pullOne()])

  expect(asked).toEqual([digest])
})

test('where the pull of one fails, the next tries by itself', async () => {
  const { asked, pull: pullOne } = stage(['fails', 'comes'])

  const ended = await Promise.allSettled([pullOne(), pullOne(), pullOne()])

  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(asked).toHaveLength(2)
})

test('where the registry asks one to wait, nobody else who wants the same image asks it', async () => {
  const { asked, pull: pullOne } = stage(['is-refused', 'comes'])

  const ended = await Promise.allSettled([pullOne(), pullOne(), pullOne()])

  for (const each of ended) {
    expect(each).toMatchObject({ reason: { code: 'TARGET_PULL_FAILED', retryAfterMs: 120_000 } })
  }
  expect(asked).toHaveLength(1)
})
