import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pushImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { waitsForEnds } from './stage/gates.ts'
import { openGround, runLongshore, type Ground } from './stage/ground.ts'
import { runOnTerminal } from './stage/terminal.ts'

describe('without an engine', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-cli-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const nowhere = () => ({ DOCKER_HOST: `unix://${folder}/nobody.sock`, LONGSHORE_STATE: join(folder, 'state') })

  test('a reference is read into six parts and no more', async () => {
    const { code, stdout, stderr } = await runLongshore(['reference', 'quay.io/team/web', '--output', 'json'])

    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({
      registry: 'quay.io',
      repository: 'team/web',
      tag: null,
      digest: null,
      familiar: 'quay.io/team/web',
      canonical: 'quay.io/team/web',
    })
  })

  test.each<readonly [string, readonly string[], string]>([
    ['an invalid reference', ['reference', 'a b', '--output', 'json'], 'REFERENCE_INVALID'],
    ['an unknown command', ['frobnicate'], 'CLI_USAGE'],
    ['an unknown option', ['plan', '--frob'], 'CLI_USAGE'],
    ['an unknown form of output', ['plan', '--output', 'yaml'], 'CLI_USAGE'],
    ['a missing argument', ['reference'], 'CLI_USAGE'],
    ['an argument too many', ['status', 'web'], 'CLI_USAGE'],
    ['a limit that is no number', ['history', '--limit', 'all'], 'CLI_USAGE'],
    ['a configuration that is not there', ['--config', '/nonexistent/x.yml', 'plan'], 'CONFIG_NOT_FOUND'],
    ['a workload that was never seen', ['history', 'web'], 'WORKLOAD_NOT_FOUND'],
  ])('%s ends with exit code 2, its error code, and nothing on standard output', async (_, args, errorCode) => {
    const { code, stdout, stderr } = await runLongshore(args, nowhere())

    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(errorCode)
  })

  test('an error is JSON where the output is to be', async () => {
    const { stderr } = await runLongshore(['plan', '-o', 'json', '--frob'])

    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'CLI_USAGE', message: "unknown option '--frob'" } })
  })

  test('a mistyped command is guessed', async () => {
    expect((await runLongshore(['statsu'])).stderr).toContain('Did you mean status?')
  })

  test.each([
    [],
    ['run'],
    ['plan'],
    ['status'],
    ['history'],
    ['resume'],
    ['reference'],
    ['config'],
    ['config', 'check'],
    ['config', 'schema'],
  ])('help of %s %s fits 80 columns and names what is global', async (...words) => {
    const { code, stdout } = await runLongshore([...words.filter(Boolean), '--help'])

    expect(code).toBe(0)
    expect(stdout).toContain('--config <file>')
    expect(widest(stdout)).toBeLessThanOrEqual(80)
  })

  test('the schema of the configuration is JSON Schema', async () => {
    const { stdout } = await runLongshore(['config', 'schema'])

    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { pollInterval: expect.anything() } })
  })

  test('a wrong configuration is told by file, line and key, all at once', async () => {
    const file = join(folder, 'longshore.yml')
    writeFileSync(file, 'pollIntervall: 5m\nwatch: some\nlog:\n  level: loud\n', { mode: 0o600 })

    const { code, stdout, stderr } = await runLongshore(['--config', file, 'config', 'check'])

    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`${file}:1: pollIntervall: .*did you mean pollInterval`))
    expect(stderr).toContain(`${file}:2: watch: `)
    expect(stderr).toContain(`${file}:4: log.level: `)
  })

  test('a configuration that others may write is refused', async () => {
    const file = join(folder, 'longshore.yml')
    writeFileSync(file, '{}')
    chmodSync(file, 0o666)

    const { code, stderr } = await runLongshore(['--config', file, 'plan'], nowhere())

    expect(code).toBe(2)
    expect(stderr).toContain('CONFIG_UNSAFE')
    expect(stderr).toContain('chmod go-w')
  })

  test.each(['plan', 'run --once'])('an engine that is away fails %s, naming its socket', async (command) => {
    const { code, stdout, stderr } = await runLongshore(command.split(' '), nowhere())

    expect(code).toBe(1)
    expect(stderr).toContain('TARGET_UNAVAILABLE')
    expect(stderr).toContain(`${folder}/nobody.sock`)
    expect(stdout).not.toContain('No watched workload')
  })

  test('what only reads the state asks no engine, and makes no state', async () => {
    for (const command of ['status', 'history'])
      expect(await runLongshore([command], nowhere())).toMatchObject({ code: 0 })

    expect(existsSync(join(folder, 'state'))).toBe(false)
  })
})

describeWithServices('with an engine', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  const name = uniqueName('a-workload-whose-name-is-quite-long')
  let ground: Ground

  /** A container of version 1 whose tag names version 2 by now. */
  async function runOutdated(workload: string, behaviour: 'healthy' | 'exits' = 'healthy'): Promise<string> {
    const repository = `${workload}/in/a/repository/that/lies/rather/deep`
    const settings = { repository, tag: 'stable', healthcheck: false, env: { PORT: '' } }
    const { reference } = await pushImage(registry, { ...settings, version: '1' })
    const labels = ['--label', 'longshore.watch=true', ...(behaviour === 'exits' ? waitsForEnds : [])]
    await ground.docker('run', '-d', '--name', workload, ...labels, reference)
    // A layer of its own: what the engine has already needs no pull.
    await pushImage(registry, { ...settings, version: `2 of ${workload}`, behaviour })
    return reference
  }

  beforeAll(async () => {
    ground = await openGround()
  })
  afterAll(() => ground?.close())

  describe('and two workloads', () => {
    const bad = uniqueName('bad')
    let image: string

    beforeAll(async () => {
      image = await runOutdated(name)
      await runOutdated(bad, 'exits')
    })
    afterAll(() => ground.clear())

    test('no configuration at all is needed', async () => {
      const { code, stdout } = await runLongshore(['plan'], {
        DOCKER_HOST: ground.host,
        LONGSHORE_STATE: join(ground.folder(), 'nothing'),
      })

      expect(code).toBe(0)
      expect(stdout).toContain(`local/container/${name}`)
      expect(stdout).toContain('2 rollouts would begin.')
      expect(existsSync(join(ground.folder(), 'nothing'))).toBe(false)
    })

    test('--exit-code tells that something would be rolled out', async () => {
      expect(await ground.longshore(['plan', '--exit-code'])).toMatchObject({ code: 1, stderr: '' })
    })

    test('in a pipe, output is uncut and without progress; a bad rollout is exit code 1', async () => {
      const { code, stdout, stderr } = await ground.longshore(['run', '--once'])

      expect(code).toBe(1)
      expect(stdout.split('\n').find((line) => line.includes(`local/container/${name} `))).toContain(image)
      expect(stdout + stderr).not.toContain('\r')
      expect(stdout + stderr).not.toContain('\u001b')
      expect(stderr).toContain(`local/container/${bad}: rolled back`)
    })

    test.each(['plan', 'status', 'history', 'history --journal', 'run --once'])(
      '%s fits a terminal of 80 columns',
      async (command) => {
        const { screen } = await runOnTerminal(ground, command.split(' '), 80)

        expect(screen.split('\n').length).toBeGreaterThan(2)
        expect(widest(screen)).toBeLessThanOrEqual(80)
      },
    )

    test.each(['plan', 'status', 'history', 'run --once'])('%s prints JSON, and nothing else', async (command) => {
      const { stdout } = await ground.longshore([...command.split(' '), '--output', 'json'])

      expect(() => JSON.parse(stdout)).not.toThrow()
      expect(stdout).toContain(name)
    })

    test('a workload is found by its bare name', async () => {
      const { stdout } = await ground.longshore(['history', bad, '--output', 'json'])

      expect(stdout).toContain('ROLLED_BACK')
      expect(stdout).not.toContain(name)
    })

    test('nobody else may read the state', () => {
      const state = join(ground.folder(), 'state')

      expect(statSync(state).mode & 0o777).toBe(0o700)
      for (const each of readdirSync(state, { recursive: true, withFileTypes: true })) {
        const found = statSync(join(each.parentPath, each.name))
        expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600)
      }
    })
  })

  describe('and a service', () => {
    afterEach(() => ground.clear())

    test('a second process on its state is refused, but may look', async () => {
      const service = ground.start('run')
      await waitUntil('it runs', () => service.log().includes('INFO'))

      const second = await ground.longshore(['run', '--once'])
      const looks = await Promise.all(['plan', 'status', 'history'].map((each) => ground.longshore([each])))

      expect(second.code).toBe(1)
      expect(second.stderr).toContain('STATE_LOCKED')
      expect(looks.map((each) => each.code)).toEqual([0, 0, 0])
      service.kill('SIGTERM')
      expect((await service.ended).code).toBe(0)
    })

    test('progress is shown on a terminal alone, and its line is cleared', async () => {
      await runOutdated(uniqueName('progress'))

      const { raw, code } = await runOnTerminal(ground, ['run', '--once'], 80)

      expect(code).toBe(0)
      expect(raw).toMatch(/pulling, \d+ of \d+ layers/)
      expect(raw).toContain('\r\u001b[K')
    })
  })
})

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length))
}
