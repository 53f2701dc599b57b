import { expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { AppError } from '../../errors.ts'
import type { EffectKind } from '../../rollout/rollout.ts'
import type { ApplyContext, PullAuth, Target } from '../../targets/target.ts'
import type { Store } from '../../store/store.ts'
import { bringAbout } from './bring-about.ts'

const auth: PullAuth = { username: 'u', password: 'p', registry: 'docker.io', isIdentityToken: false }
const refused = new AppError('REGISTRY_UNAUTHORIZED', 'its helper does not answer')

/** What a target signs in with for an effect, which finds the old image gone or not. */
async function signedInWith(
  effect: EffectKind,
  pullAuth: () => Promise<PullAuth | null>,
  isGone = true,
): Promise<unknown> {
  let told: unknown = 'nothing was asked of it'
  const target = {
    apply: async (_: unknown, __: unknown, context: ApplyContext) =>
      void (told = context.pullAuth ?? (isGone ? await context.signIn?.() : undefined)),
  }
  // Nothing else of these is asked here.
  const store = { snapshot: async () => ({}) }
  const deps = { target: target as unknown as Target, store: store as unknown as Store, pullAuth }
  await bringAbout(deps, composeRollout(), effect, new AbortController().signal)
  return told
}

test('whoever may have to pull the old image again can sign in', async () => {
  expect(await signedInWith('tag-old', async () => auth)).toEqual(auth)
  expect(await signedInWith('copy-old', async () => auth)).toEqual(auth)
  expect(await signedInWith('pull', async () => auth)).toEqual(auth)
  expect(await signedInWith('up', async () => auth)).toBeUndefined()
})

test('a way back that mostly pulls nothing is not held up by who cannot sign in', async () => {
  expect(await signedInWith('tag-old', () => Promise.reject(refused))).toBeNull()
  await expect(signedInWith('pull', () => Promise.reject(refused))).rejects.toBe(refused)
})

test('nor by who takes long to, where nothing is pulled', async () => {
  let asked = 0
  const slow = async () => {
    asked += 1
    return auth
  }

  expect(await signedInWith('tag-old', slow, false)).toBeUndefined()
  expect(asked).toBe(0)
})
