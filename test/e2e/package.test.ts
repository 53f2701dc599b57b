import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeRegistry } from '../fakes/registry.ts'
import { ecrDialect } from '../fakes/vendors/ecr.ts'
import { garDialect } from '../fakes/vendors/gar.ts'

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

  test('asks Amazon and Google by their own libraries, which are in the bundle', async () => {
    const amazon = { username: 'AWS', password: 'made-by-amazon' }
    const google = { username: 'oauth2accesstoken', password: 'made-by-google' }
    const ecr = await startFakeRegistry({
      auth: { kind: 'basic', ...amazon },
      dialect: ecrDialect({ accessKeyId: 'AKIALONGSHORE', ...amazon }),
    })
    const gar = await startFakeRegistry({
      auth: { kind: 'token', ...google, realm: '/v2/token' },
      dialect: garDialect({ accessToken: google.password, isOnGoogle: true }),
    })
    ecr.pushIndex('team/app', '1.0', 'one')
    gar.pushIndex('project/app', '1.0', 'one')
    const entries = [`{host: "${ecr.host}", ecr: {region: eu-west-1}}`, `{host: "${gar.host}", gar: {}}`]
    const config = join(folder, 'longshore.yml')
    writeFileSync(config, `registries: [${entries.join()}]\n`, { mode: 0o600 })
    const cloud = {
      AWS_ENDPOINT_URL_ECR: ecr.url,
      AWS_ACCESS_KEY_ID: 'AKIALONGSHORE',
      AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
      GCE_METADATA_HOST: gar.host,
      HOME: folder,
    }
    const inspect = async (image: string): Promise<unknown> => {
      const args = ['--config', config, '--state', join(folder, 'state'), 'inspect', image, '--output', 'json']
      const { stdout } = await exec(longshore, args, { cwd: folder, env: { ...env, ...cloud }, timeout: 60_000 })
      return JSON.parse(stdout)
    }

    try {
      expect(await inspect(`${ecr.host}/team/app:1.0`)).toMatchObject({ pushed: { source: 'ecr-api' } })
      expect(await inspect(`${gar.host}/project/app:1.0`)).toMatchObject({ pushed: { source: 'gar-list' } })
    } finally {
      await ecr.close()
      await gar.close()
    }
  })

  test('loads the libraries of Amazon, Google and PostgreSQL for nobody else', async () => {
    const plain = await startFakeRegistry()
    plain.pushIndex('team/app', '1.0', 'one')
    const hooks = 'registerHooks({load(url,context,next){console.error(url);return next(url,context)}})'
    const tell = `data:text/javascript,import{registerHooks}from'node:module';${hooks}`
    const options = { ...env, HOME: folder, NODE_OPTIONS: `--import="${tell}"` }
    const args = ['--state', join(folder, 'state'), 'inspect', `${plain.host}/team/app:1.0`]

    const { stderr } = await exec(longshore, args, { cwd: folder, env: options }).finally(() => plain.close())

    const loaded = stderr.split('\n').filter((url) => url.startsWith('file:'))
    const chunks = readdirSync(join(folder, 'node_modules/longshore/dist/chunks'))
    const cloud = chunks.filter((file) =>
      /AmazonEC2ContainerRegistry|SpencerFrontendService|oauth2.googleapis.com.tokeninfo|SASLInitialResponse/.test(
        readFileSync(join(folder, 'node_modules/longshore/dist/chunks', file), 'utf8'),
      ),
    )
    expect(cloud).toHaveLength(4)
    expect(loaded.length).toBeGreaterThan(2)
    expect(loaded.filter((url) => cloud.some((file) => url.endsWith(`/${file}`)))).toEqual([])
  })

  test('asks PostgreSQL by its own client, which is in the bundle', async () => {
    const args = ['--state', 'postgres://nobody:hunter22@127.0.0.1:1/state', 'status']

    const failed = await exec(longshore, args, { cwd: folder, env }).catch((error: unknown) => error)

    const stderr: unknown = failed instanceof Error ? Reflect.get(failed, 'stderr') : ''
    expect(stderr).toMatch(/^STATE_UNAVAILABLE: .*ECONNREFUSED/)
    expect(stderr).not.toContain('hunter22')
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
