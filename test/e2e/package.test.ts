import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const longshore = 'node_modules/.bin/longshore'
const env = { ...process.env, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) }
const exec = promisify(execFile)

/** Runs a command that must succeed and gives its standard output. */
async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await exec(command, args, { cwd, env, timeout: 120_000 })
  return stdout
}

describe('the package', () => {
  let folder: string
  let files: readonly string[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-package-'))
    await run(root, process.execPath, 'scripts/build.ts')
    const [packed] = JSON.parse(
      await run(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder),
    )
    files = packed.files.map((file: { path: string }) => file.path)
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    await run(folder, 'npm', 'install', '--no-audit', '--no-fund', `./${packed.filename}`)
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('brings the program, its documents and nothing of ours alone', () => {
    expect(files).toEqual(
      expect.arrayContaining(['dist/main.js', 'README.md', 'CHANGELOG.md', 'LICENSE', 'package.json']),
    )
    expect(files.filter((file) => /\.ts$|\.test\.|^(src|test|scripts)\/|(^|\/)\.|tsconfig/.test(file))).toEqual([])
  })

  test('names no path of the machine that built it', () => {
    const installed = join(folder, 'node_modules/longshore')
    const texts = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .map((file) => join(installed, file))
      .filter((file) => statSync(file).isFile())

    expect(texts.length).toBeGreaterThan(10)
    expect(texts.filter((file) => readFileSync(file, 'utf8').includes(`${root}/`))).toEqual([])
  })

  test('installs into an empty folder and reads a reference there', async () => {
    const answer = JSON.parse(await run(folder, longshore, 'reference', 'nginx', '--output', 'json'))

    expect(answer).toEqual({
      registry: 'docker.io',
      repository: 'library/nginx',
      tag: null,
      digest: null,
      familiar: 'nginx',
      canonical: 'docker.io/library/nginx',
    })
  })

  test('knows its own version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

    expect((await run(folder, longshore, '--version')).trim()).toBe(version)
  })

  test('ends with one line under a Node that is too old', async () => {
    const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})`
    const start = exec(longshore, ['--version'], { cwd: folder, env: { ...env, NODE_OPTIONS: `--import="${older}"` } })

    await expect(start).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'longshore needs Node 24.15 or newer; this is 20.20.2\n',
    })
  })

  test('reaches that line before it loads anything that an old Node lacks', () => {
    const main = readFileSync(join(folder, 'node_modules/longshore/dist/main.js'), 'utf8')

    expect(main).toContain('refuseOldNode')
    expect(main.match(/^import .*/gm)).toBeNull()
  })
})
