import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { appError, useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load } = useConfigFolder()

describe('a secret', () => {
  const canary = 'canary-5up3r-53cr3t'

  test.each([
    ['written in the file', canary],
    ['from a variable', '${PW}'],
    ['from a default', '${NONE:-canary-5up3r-53cr3t}'],
  ])('%s never shows in a configuration that is printed', async (_, password) => {
    const config = await load(`registries: [{host: a.b, username: u, password: "${password}"}]`, {
      env: { PW: canary },
    })

    const prints = [
      JSON.stringify(config),
      inspect(config, { depth: Infinity, showHidden: true }),
      inspect(config.registries[0]?.credentials),
      `${String(config.registries[0]?.credentials?.password)}`,
    ]
    for (const print of prints) expect(print).not.toContain(canary)
    expect(config.registries[0]?.credentials?.password.reveal()).toBe(canary)
  })

  test.each([
    ['a wrong key beside it', 'registries: [{host: a.b, username: u, password: CANARY, x: 1}]'],
    ['an alias that was not meant', 'registries: [{host: a.b, username: u, password: *CANARY }]'],
    ['a tag that was not meant', 'registries: [{host: a.b, username: u, password: !CANARY }]'],
    ['a wrong type', 'registries: [{host: a.b, username: u, password: [CANARY]}]'],
    ['no quotes', 'registries:\n  - host: a.b\n    password: CANARY: x\n'],
    ['an open quote', 'registries:\n  - host: a.b\n    password: "CANARY\n'],
    ['an open variable', 'registries: [{host: a.b, username: u, password: "${CANARY"}]'],
    ['another place', 'watch: CANARY\nlog: {level: "${PW}"}\ntargets: [{name: "${PW}", host: "${PW}"}]'],
    ['a host with credentials', 'registries: [{host: "u:CANARY@a.b"}]'],
    ['a number of the wrong kind', 'defaults: {keepImages: "${PW}", keepOld: "${PW}"}'],
  ])('never shows in an error: %s', async (_, text) => {
    const error = await appError(load(text.replaceAll('CANARY', canary), { env: { PW: canary } }))

    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(canary)
    expect(error.message).not.toContain(canary)
  })
})
