import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { forAll } from './crash-fleet.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { fillIn, lastingSettings, say, someone, told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** A way to write an image with the tag v1; `change` is what v2 makes of it, in one file. */
interface TagCase {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly change: { readonly file: string; readonly from: string; readonly to: string }
  readonly isMounted?: boolean
}

const inFile = { file: 'compose.yaml', from: ':v1', to: ':v2' }

const cases: readonly TagCase[] = [
  {
    title: 'as plain text among comments, quotes and CRLF',
    files: {
      'compose.yaml':
        '# v1 of the shop\r\nservices:\r\n   web:   # the "web" :v1\r\n      image:    "<image>"   # pinned v1\r\n      <watch>\r\n\r\n',
    },
    change: { file: 'compose.yaml', from: ':v1"', to: ':v2"' },
  },
  {
    title: 'through ${TAG} of .env',
    files: {
      'compose.yaml': 'services:\n  web:\n    image: <repository>:${TAG}\n    <watch>\n',
      '.env': '# the shop\nOTHER=v1 # stays\nTAG=v1\n',
    },
    change: { file: '.env', from: 'TAG=v1', to: 'TAG=v2' },
  },
  {
    title: 'as the default of ${TAG:-v1}',
    files: { 'compose.yaml': "services: {web: {image: '<repository>:${TAG:-v1}', <watch>}}\n" },
    change: { file: 'compose.yaml', from: ':-v1', to: ':-v2' },
  },
  {
    title: 'at an anchor',
    files: {
      'compose.yaml': 'x-image: &shop <image>\nservices:\n  web:\n    image: *shop\n    <watch>\n',
    },
    change: inFile,
  },
  {
    title: 'in an override file',
    files: {
      'compose.yaml': 'services:\n  web:\n    image: <repository>:old\n    <watch>\n',
      'compose.override.yaml': 'services:\n  web:\n    image: <image>\n',
    },
    change: { ...inFile, file: 'compose.override.yaml' },
  },
  {
    title: 'in an included file',
    files: {
      'compose.yaml': 'include: [below/web.yaml]\n',
      'below/web.yaml': 'services:\n  web:\n    image: <image>\n    <watch>\n',
    },
    change: { ...inFile, file: 'below/web.yaml' },
  },
  {
    title: 'in a file that is a mount of its own',
    files: { 'compose.yaml': 'services:\n  web:\n    image: <image>\n    <watch>\n' },
    change: inFile,
    isMounted: true,
  },
]

describeWithServices('a new tag of a Compose service', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  const mounts: string[] = []
  beforeAll(async () => {
    scene = await openScene()
  })
  afterAll(async () => {
    for (const each of mounts) execFileSync('umount', ['--lazy', each])
    await scene?.close()
  })

  async function stage(files: TagCase['files']) {
    const project = stageProject(scene, registry)
    writeFiles(project, files, { tag: 'v1' })
    await project.push({ version: 'v1', tag: 'v1', healthcheck: false })
    const v2 = await project.push({ version: 'v2', tag: 'v2', healthcheck: false })
    return { project, v2 }
  }

  describe('written', () => {
    let answer: PassAnswer
    const staged = new Map<TagCase, { project: StagedProject; v2: { digest: string; configDigest: string } }>()
    beforeAll(async () => {
      scene.configure({ defaults: { gate: { minUptime: '300ms' } } })
      await forAll(cases, async (each) => {
        const found = await stage(each.files)
        staged.set(each, found)
        const file = found.project.path(each.change.file)
        chmodSync(file, 0o640)
        chownSync(file, 1234, 4321)
        if (each.isMounted === true) {
          execFileSync('mount', ['--bind', file, file])
          mounts.push(file)
        }
        await found.project.byHand('up', '--detach')
      })
      await say(scene, async ({ deploy }) => {
        for (const { project } of staged.values()) await deploy(project.workload().id, 'v2', someone)
      })
      answer = await pass(scene)
    })

    test.each(cases)('$title: exactly that changes, and `up` by hand has nothing to do', async (each) => {
      const found = staged.get(each)
      if (found === undefined) throw new Error('it was not staged')
      const { project, v2 } = found
      const { file, from, to } = each.change

      expect(told(answer, project), JSON.stringify(told(answer, project))).toMatchObject({
        outcome: 'succeeded',
        toDigest: v2.digest,
      })
      for (const [name, text] of Object.entries(each.files)) {
        const before = fillIn(project, text, { tag: 'v1' })
        const expected = name === file ? before.replace(from, to) : before
        expect(project.read(name).toString()).toBe(expected)
      }
      const { mode, uid, gid } = statSync(project.path(file))
      expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o640, uid: 1234, gid: 4321 })
      expect(Object.keys(project.snapshot()).toSorted()).toEqual(Object.keys(each.files).toSorted())
      const now = await project.instance()
      expect(now).toMatchObject({ Image: v2.configDigest, Config: { Image: project.image('web', 'v2') } })

      expect(await project.upByHand()).toEqual([])
      expect((await project.instance()).Id).toBe(now.Id)
    })
  })

  test('is followed by its digests, which with writeDigest stand behind it', async () => {
    const { project } = await stage({ 'compose.yaml': 'services:\n  web:\n    image: "<image>" # v1\n    <watch>\n' })
    await project.byHand('up', '--detach')
    const workloads = [{ match: { name: `${project.name}/web` }, writeDigest: true }]
    scene.configure({ defaults: { gate: { minUptime: '300ms' } }, workloads })
    const line = (tail: string) =>
      fillIn(project, `services:\n  web:\n    image: "<image>${tail}" # v1\n    <watch>\n`, { tag: 'v1' })
    const before = await project.instance()
    for (const version of ['v1b', 'v1c']) {
      const pushed = await project.push({ version, tag: 'v1', healthcheck: false })

      const answer = await pass(scene)

      expect(told(answer, project), JSON.stringify(told(answer, project))).toMatchObject({
        outcome: 'succeeded',
        toDigest: pushed.digest,
      })
      expect(project.read('compose.yaml').toString()).toBe(line(`@${pushed.digest}`))
      const now = await project.instance()
      expect(now.Image).toBe(pushed.configDigest)
      expect(now.Config.Image).toBe(`${project.image('web', 'v1')}@${pushed.digest}`)
      expect(lastingSettings(now)).toMatchObject({ Name: before.Name })
      expect(await project.upByHand()).toEqual([])
      expect((await project.instance()).Id).toBe(now.Id)
    }
  })
})
