import { expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { AppError } from '../../errors.ts'
import type { EffectKind } from '../../rollout/rollout.ts'
import type { PullAuth, Target } from '../../targets/target.ts'
import type { Store } from '../../store/store.ts'
import { bringAbout } from './bring-about.ts'

const auth: PullAuth = { username: 'u', password: 'p', registry: 'docker.io', isIdentityToken: false }
const refused = new AppError('REGISTRY_UNAUTHORIZED', 'its helper does not answer')

/** What a target is told to sign in with for an effect. */
async function signedInWith(effect: EffectKind, pullAuth: () => Promise<PullAuth | null>): Promise<unknown> {
  let told: unknown = 'nothing was asked of it'
  const target = {
    apply: async (_: unknown, __: unknown, context: { pullAuth?: PullAuth }) => (told = context.pullAuth),
  }
  // Nothing else of these is asked here.
  const store = { snapshot: async () => ({}) }
  const deps = { target: target as unknown as Target, store: store as unknown as Store, pullAuth }
  await bringAbout(deps, composeRollout(), effect, new AbortController().signal)
  return told
}

test('whoever may have to pull the old image again is told how to sign in', async () => {
  expect(await signedInWith('tag-old', async () => auth)).toEqual(auth)
  expect(await signedInWith('copy-old', async () => auth)).toEqual(auth)
  expect(await signedInWith('pull', async () => auth)).toEqual(auth)
  expect(await signedInWith('up', async () => auth)).toBeUndefined()
})

test('a way back that mostly pulls nothing is not held up by who cannot sign in', async () => {
  expect(await signedInWith('tag-old', () => Promise.reject(refused))).toBeUndefined()
  await expect(signedInWith('pull', () => Promise.reject(refused))).rejects.toBe(refused)
})
