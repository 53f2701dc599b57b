import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { environmentKeys, fileVariable } from '../../src/config/environment.ts'
import { formatRight, engineRights, proxyVariables } from '../e2e/stage/engine-rights.ts'
import { useConfigFolder } from '../fakes/config-folder.ts'

const root = join(import.meta.dirname, '../..')
const examples = join(root, 'examples')
const names = (await readdir(examples)).filter((name) => /\.(ya?ml|json)$/.test(name))
const composeNames = names.filter((name) => name.startsWith('compose.'))
const { load, problems } = useConfigFolder()

const read = (...path: string[]) => readFile(join(root, ...path), 'utf8')

test('there is an example', () => {
  expect(names).toContain('longshore.yml')
})

test.each(names.filter((name) => !composeNames.includes(name)))(
  'examples/%s is accepted once its secrets are there',
  async (name) => {
    const text = await read('examples', name)

    const config = await load(text.replaceAll(/\$\{file:[^}]*\}/g, 'a-password'))

    expect(config.file).not.toBeNull()
  },
)

test('the example names the secret that is missing', async () => {
  const text = await read('examples/longshore.yml')

  expect(await problems(text)).toEqual([expect.stringContaining('/run/secrets/registry-password')])
})

describe.each(composeNames)('examples/%s', (name) => {
  interface Service {
    readonly image: string
    readonly environment?: Readonly<Record<string, unknown>>
    readonly volumes?: readonly string[]
    readonly secrets?: readonly string[]
  }
  /** Its shape is looked at by `docker compose` in test/e2e/image.test.ts. */
  const readLongshore = async (): Promise<Service> => parse(await read('examples', name)).services.longshore

  test('sets only variables that there are, to values that are accepted', async () => {
    const text = await read('examples', name)
    const { environment = {} } = await readLongshore()

    const known = [fileVariable, ...Object.keys(environmentKeys)]
    expect((text.match(/\bLONGSHORE_\w+/g) ?? []).filter((variable) => !known.includes(variable))).toEqual([])
    const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]))
    await expect(load('', { env })).resolves.toHaveProperty('file')
  })

  test('mounts files that are there, and keeps the state on a volume', async () => {
    const { volumes = [] } = await readLongshore()
    const files = volumes.flatMap((each) => /^\.\/([^:]+):/.exec(each)?.[1] ?? [])

    expect(files.filter((file) => !names.includes(file))).toEqual([])
    expect(volumes).toContain('state:/var/lib/longshore')
  })

  test('takes no name of an image that anybody could take at a public registry', async () => {
    expect(await readLongshore()).toMatchObject({ image: 'longshore', pull_policy: 'never' })
  })

  test('shows that Compose files are mounted at the path that they have on the host', async () => {
    expect(await read('examples', name)).toMatch(/# - (\/\S+):\1$/m)
  })
})

test('the example with a secret mounts the very file that its configuration reads', async () => {
  const { services, secrets } = parse(await read('examples/compose.private-registry.yaml'))
  const [, secret = ''] = /\$\{file:\/run\/secrets\/([^}]+)\}/.exec(await read('examples/longshore.yml')) ?? []

  expect(services.longshore.secrets).toEqual([secret])
  expect(Object.keys(secrets)).toEqual([secret])
})

describe('what a socket proxy has to let through', () => {
  test('is what its example switches on', async () => {
    const { services } = parse(await read('examples/compose.socket-proxy.yaml'))

    expect(Object.keys(services['socket-proxy'].environment)).toEqual(proxyVariables)
    expect(new Set(Object.values(services['socket-proxy'].environment))).toEqual(new Set([1]))
  })

  test('is listed in docs/socket-proxy.md, and nothing else is', async () => {
    const rows = [
      ...(await read('docs/socket-proxy.md')).matchAll(/^\| `((?:GET|HEAD|POST|PUT|DELETE) [^`]+)` *\|(.*)\|$/gm),
    ]

    const table = rows.map(([, right = '', rest = '']) => [right, ...rest.split('|').map((cell) => cell.trim())])
    expect(table).toEqual(
      engineRights.map((right) => [
        formatRight(right),
        right.isCompose === true ? `Compose: ${right.why}` : right.why,
        right.variables.map((each) => `\`${each}\``).join(' '),
      ]),
    )
  })
})
