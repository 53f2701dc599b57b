import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()

const one = (ensure: string, more = ''): string => `${more}\nworkloads:\n  - ensure: ${ensure}\n`

test('a container is written as `docker run` would be told, and its rule is about it alone', async () => {
  const text = one(`{
      name: web, image: "registry.example.com/web:1", command: [serve], env: { TOKEN: "\${TOKEN}" },
      ports: ["127.0.0.1:8080:80", "53/udp", "[::1]:443:8443"], volumes: ["data:/data", "/scratch", "/a:/b:ro"],
      healthCheck: { test: [/check], interval: 5s }, restart: "on-failure:3" }\n    mode: notify`)

  const config = await load(text, { env: { TOKEN: 'hidden' } })

  expect(config.rules).toMatchObject([
    { match: { ensure: { target: null, name: 'web' } }, watch: true, settings: { mode: 'notify' } },
  ])
  const [ensured] = config.ensured
  expect(ensured).toMatchObject({
    target: 'local',
    name: 'web',
    command: ['serve'],
    entrypoint: null,
    restart: 'on-failure:3',
    ports: [
      { address: '127.0.0.1', host: '8080', container: '80/tcp' },
      { address: '', host: '', container: '53/udp' },
      { address: '::1', host: '443', container: '8443/tcp' },
    ],
    healthCheck: { test: ['/check'], intervalMs: 5000, timeoutMs: undefined },
  })
  expect(ensured?.env['TOKEN']?.reveal()).toBe('hidden')
  expect(JSON.stringify(config)).not.toContain('hidden')
})

test('of several targets it names one', async () => {
  const targets = 'targets: [{ name: one }, { name: two }]'

  const config = await load(one('{ name: web, image: web, target: two }', targets))

  expect(config.ensured).toMatchObject([{ target: 'two' }])
  expect(await problems(one('{ name: web, image: web }', targets))).toEqual([
    expect.stringContaining('workloads[0].ensure.target: must name one of the targets: one, two'),
  ])
})

describe('what is wrong is told by its place', () => {
  test.each([
    ['{ image: web }', 'ensure.name: is missing'],
    ['{ name: web }', 'ensure.image: is missing'],
    ['{ name: "../web", image: web }', 'ensure.name: must be a name'],
    ['{ name: web.longshore-next, image: web }', 'ensure.name: must not end like a name of ours'],
    [`{ name: web, image: "web@sha256:${'0'.repeat(64)}" }`, 'ensure.image: must not have a digest'],
    ['{ name: web, image: web, ports: ["80:99999"] }', 'ensure.ports[0]: must have ports from 1 to 65535'],
    ['{ name: web, image: web, ports: ["a:80"] }', 'ensure.ports[0]: must be a port'],
    ['{ name: web, image: web, volumes: ["../a:/b"] }', 'ensure.volumes[0]: must be /path'],
    ['{ name: web, image: web, networks: [host, front] }', 'ensure.networks: must have host or none alone'],
    ['{ name: web, image: web, networks: ["container:db"] }', 'ensure.networks[0]: must be the name of a network'],
    ['{ name: web, image: web, restart: sometimes }', 'ensure.restart: must be no, always'],
    ['{ name: web, image: web, env: { A: 1 } }', 'ensure.env.A: must be text'],
    ['{ name: web, image: web, labels: { longshore.operation: x } }', 'must not begin with longshore.operation'],
    ['{ name: web, image: web, target: nowhere }', 'ensure.target: must be the name of a target: local'],
    ['{ name: web, image: web, privileged: true }', 'ensure.privileged: unknown key'],
  ])('%s', async (ensure, expected) => {
    expect(await problems(one(ensure))).toEqual([expect.stringContaining(expected)])
  })

  test('one that is written twice', async () => {
    const text = 'workloads: [{ ensure: { name: web, image: a } }, { ensure: { name: web, image: b } }]'

    expect(await problems(text)).toEqual([expect.stringContaining('workloads[1].ensure: is written twice')])
  })

  test('one beside a match', async () => {
    const text = 'workloads: [{ ensure: { name: web, image: a }, match: { name: web } }]'

    expect(await problems(text)).toEqual([
      expect.stringContaining('workloads[0]: needs one of match, ensure, compose and compose_service'),
    ])
  })
})
