import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPodman, whyNoPodman } from '../services/podman.ts'
import { describeWithServices } from '../services/shared.ts'
import { packTar } from '../services/tar.ts'
import { about, pass, status } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'

const whyNot = await whyNoPodman()

/** It is not installed for this alone, so that here, too, a test may be skipped. */
const describePodman = whyNot === null ? describe : describe.skip

describeWithServices('the socket of Podman', () => {
  describePodman(whyNot === null ? 'started here' : `[skipped: ${whyNot}]`, () => {
    const web = { id: 'local/container/web' }
    let scene: Scene
    beforeAll(async () => {
      scene = await openScene({}, startPodman)
      const archive = join(dirname(scene.configFile), 'image.tar')
      writeFileSync(archive, packTar([{ path: 'nothing', content: '' }]))
      await scene.docker('import', archive, 'localhost/nothing:1')
      await scene.docker(
        'create',
        '--name',
        'web',
        '--label',
        'longshore.watch=true',
        'localhost/nothing:1',
        '/nothing',
      )
    })
    afterAll(() => scene?.close())

    test('is told for what it is, and what runs there is shown and left alone', async () => {
      const { code, rollouts, ...passed } = await pass(scene)

      expect({ code, rollouts }).toEqual({ code: 0, rollouts: [] })
      expect(about(passed, web)).toMatchObject({ state: 'ignored', code: 'ENGINE_UNSUPPORTED' })
      expect(about(passed, web).reason).toMatch(/^Podman [\d.]+ is not Docker in what a way back needs/)
      expect((await status(scene)).engines).toMatchObject([
        {
          target: 'local',
          engine: expect.stringMatching(/^Podman [\d.]+ \(API 1\.\d+\)$/),
          limits: [expect.any(String)],
        },
      ])
      expect(await scene.containers()).toEqual(['web'])
    })

    test('is what a person is told who asks for a rollout, and nothing is changed', async () => {
      const before = await scene.docker('inspect', 'web')

      const { code, stdout, stderr } = await scene.run('deploy', web.id)

      expect(code).not.toBe(0)
      expect(`${stdout}${stderr}`).toContain('is not Docker in what a way back needs')
      expect(await scene.docker('inspect', 'web')).toBe(before)
    })
  })
})
