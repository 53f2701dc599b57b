import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { readActor } from './actor.ts'

test.each([
  ['who called sudo', { SUDO_USER: 'alice', USER: 'root' }, 'alice'],
  ['the system’s name, whatever USER says', { USER: 'mallory' }, userInfo().username],
  ['the system’s name where SUDO_USER is empty', { SUDO_USER: '' }, userInfo().username],
])('names %s', (_what, env, actor) => {
  expect(readActor(env)).toBe(actor)
})
