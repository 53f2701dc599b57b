import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findImage } from '../../src/targets/compose/definition/find-image.ts'
import { writtenImage } from '../../src/targets/compose/definition/found-image.ts'
import { planEdit } from '../../src/targets/compose/definition/plan-edit.ts'
import { confinedReader, readDefinitionFile } from '../../src/targets/compose/definition/read-file.ts'
import { writeFileSafely } from '../../src/targets/compose/definition/write-file-safely.ts'
import { describeWithServices } from '../services/shared.ts'
import { type DefinitionCase, definitionCases } from './compose-definition-cases.ts'

const run = promisify(execFile)
const wanted = 'example/web:2.0'
const environment = { COMPOSE_PROJECT_NAME: 'example' }

describeWithServices('what docker compose itself says of a definition', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-definition-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function stage({ files }: DefinitionCase): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
  }

  /** The model as Compose sees it, every service of it, for nothing that is set here counts. */
  async function config({ use = ['compose.yaml'], projectDirectory, envFiles = [] }: DefinitionCase) {
    const options = [
      ...use.flatMap((path) => ['-f', path]),
      ...envFiles.flatMap((path) => ['--env-file', path]),
      ...(projectDirectory === undefined ? [] : ['--project-directory', projectDirectory]),
    ]
    const env = { PATH: process.env['PATH'], HOME: folder }
    const args = ['compose', '-p', 'example', ...options, 'config', '--format', 'json']
    const { stdout } = await run('docker', args, { cwd: folder, env })
    const model: { services: Record<string, { image?: string }> } = JSON.parse(stdout)
    return model
  }

  async function find({ use = ['compose.yaml'], projectDirectory, envFiles }: DefinitionCase) {
    const load = async (path: string) => ({
      path: join(folder, path),
      text: await readDefinitionFile(join(folder, path)),
    })
    const directory =
      projectDirectory === undefined ? dirname(join(folder, use[0] ?? '')) : join(folder, projectDirectory)
    const input = {
      files: await Promise.all(use.map(load)),
      projectDirectory: directory,
      environment,
      readFile: confinedReader([folder]),
    }
    const named = envFiles === undefined ? input : { ...input, envFiles: await Promise.all(envFiles.map(load)) }
    return findImage(named, 'web')
  }

  test.each(definitionCases)('agrees with ours on $what', async (project) => {
    await stage(project)
    const before = await config(project)

    const found = await find(project)

    expect(writtenImage(found)).toBe(before.services['web']?.image ?? null)
    expect(found.kind === 'impossible').toBe(project.edits === null)
    const plan = planEdit(found, wanted)
    expect(plan.kind === 'edit' ? plan.path : null).toBe(project.edits === null ? null : join(folder, project.edits))
    if (plan.kind !== 'edit') return

    await writeFileSafely({ path: plan.path, expectedHash: plan.beforeHash, newBytes: plan.newBytes })

    const after = await config(project)
    expect(after.services['web']?.image).toBe(wanted)
    expect(withoutWeb(after)).toEqual(withoutWeb(before))
    expect(writtenImage(await find(project))).toBe(wanted)
    for (const [path, text] of Object.entries(project.files)) {
      if (path !== project.edits) expect(await readFile(join(folder, path), 'utf8')).toBe(text)
    }
  })
})

/** What an edit of the image of `web` may not change: its labels may show the tag, and templates only serve others. */
function withoutWeb(model: { services: Record<string, object> }): unknown {
  const { web, ...services } = model.services
  const sections = Object.entries(model).filter(([name]) => !name.startsWith('x-'))
  return { ...Object.fromEntries(sections), services, web: { ...web, image: null, labels: null } }
}
