import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EffectKind, Rollout } from '../../src/rollout/rollout.ts'
import { isComposeFacts } from '../../src/rollout/facts.ts'
import { planMove } from '../conformance/target-harness.ts'
import { openServices, type ServicesHarness } from '../conformance/target-services.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'

const { signal } = new AbortController()

describeWithServices('what others do to a Compose service in the middle of its rollout', () => {
  let harness: ServicesHarness
  beforeAll(async () => {
    harness = await openServices()
  })
  afterAll(() => harness?.close())

  const find = async (name: string) => {
    const all = await harness.target.listWorkloads(signal)
    const found = all.find((each) => each.name === harness.nameOf(name))
    if (found === undefined) throw new Error(`${name} is not listed`)
    return found
  }
  /** A service that was brought up from a file of ours, with what stands beside it. */
  async function stage(text: string, files: Readonly<Record<string, string>> = {}, ...options: readonly string[]) {
    const name = uniqueName('others')
    const from = await harness.push(name, { version: '1', tag: '1' })
    await harness.run(name, from.reference)
    const folder = dirname(harness.fileOf(name))
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content)
    writeFileSync(harness.fileOf(name), text.replace('<image>', from.reference))
    await harness.compose(name, 'up', '-d', ...options)
    return { name, folder, from }
  }
  const bring = async (rollout: Rollout, ...effects: readonly EffectKind[]) => {
    await harness.target.capture(rollout, signal)
    for (const effect of effects) await harness.target.apply(rollout, effect, { signal })
  }
  const ids = async (name: string) =>
    (await harness.compose(name, 'ps', '--quiet', 'web')).trim().split('\n').toSorted()

  test('an edit of a secret, a config or an env file is not brought along with the image', async () => {
    const files = { 's.txt': 'one', 'c.txt': 'one', 'a.env': 'A=one\n' }
    const { name, folder } = await stage(
      `services:
  web:
    image: <image>
    env_file: a.env
    secrets: [s]
    configs: [c]
secrets: { s: { file: s.txt } }
configs: { c: { file: c.txt } }
`,
      files,
    )
    const to = await harness.push(name, { version: '2', tag: '2' })
    const rollout = await planMove(harness.target, await find(name), to, 'stop-first')
    const before = await ids(name)
    await bring(rollout, 'pull', 'protect', 'edit', 'move-tag')

    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(folder, file), 'A=two\n')
      await expect(harness.target.apply(rollout, 'up', { signal }), file).rejects.toMatchObject({
        code: 'TARGET_CONFLICT',
        message: expect.stringContaining('changed while the image was pulled'),
      })
      writeFileSync(join(folder, file), content)
    }

    expect(await ids(name)).toEqual(before)
    await harness.target.apply(rollout, 'up', { signal })
    expect(await find(name)).toMatchObject({ imageId: to.configDigest })
  })

  test('a file that came to lie outside of the allowed folders is not read', async () => {
    const { name, folder, from } = await stage('services:\n  web:\n    image: <image>\n    env_file: a.env\n', {
      'a.env': 'A=one\n',
    })
    const workload = await find(name)
    expect(await harness.target.prepare?.(workload, from.reference, signal)).toMatchObject({ kind: 'ready' })
    rmSync(join(folder, 'a.env'))
    symlinkSync('/etc/hostname', join(folder, 'a.env'))

    await expect(harness.target.prepare?.(workload, from.reference, signal)).rejects.toMatchObject({
      code: 'COMPOSE_PATH_REFUSED',
      message: expect.stringMatching(
        /compose\.yaml:4: env_file of service "web" names .*a\.env" \(really "\/etc\/hostname"\)/,
      ),
    })
  })

  test('a folder to build from is not read, wherever it lies', async () => {
    const { name } = await stage(
      'services:\n  web:\n    image: <image>\n    build: { context: ../not/there }\n',
      {},
      '--no-build',
    )
    const to = await harness.push(name, { version: '2', tag: '2' })
    const rollout = await planMove(harness.target, await find(name), to, 'stop-first')

    await bring(rollout, 'pull', 'protect', 'edit', 'move-tag', 'up')

    expect(await find(name)).toMatchObject({ image: to.reference, imageId: to.configDigest })
  })

  test('who pulls and brings up another version by hand loses no instance to us', async () => {
    const { name } = await stage('services:\n  web:\n    image: <image>\n    scale: 2\n')
    const to = await harness.push(name, { version: '2', tag: '2' })
    const { target } = harness
    const rollout = await planMove(target, await find(name), to, 'stop-first')
    await bring(rollout, 'pull', 'protect', 'edit', 'move-tag', 'remove-one', 'add')
    const facts = await target.observe(rollout, signal)
    expect(facts).toMatchObject({ olds: [{}], news: [{}], strangers: [] })
    await harness.push(name, { version: '3', tag: '2' })
    await harness.compose(name, 'pull')
    await harness.compose(name, 'up', '-d')
    const theirs = await ids(name)

    await target.apply(rollout, 'remove-one', { signal })

    expect(await ids(name)).toEqual(theirs)
    const then = await target.observe(rollout, signal)
    expect(isComposeFacts(then) && then.strangers.toSorted()).toEqual(theirs)
  })
})
