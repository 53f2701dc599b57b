import { expect, test } from 'vitest'
import { configHash, readConfig } from './config.ts'
import { unsetVariables } from './warnings.ts'

const project = { files: ['/srv/a.yaml'], projectDirectory: '/srv', project: 'shop', envFiles: [], profiles: [] }
const { signal } = new AbortController()
const hash = 'f'.repeat(64)

const printing =
  (stdout: string, stderr = '') =>
  () =>
    Promise.resolve({ code: 0, stdout, stderr, isCut: false })

test('reads of each service what a rollout needs, and keeps the rest as it is', async () => {
  const printed = {
    name: 'shop',
    services: {
      web: {
        image: 'web:1',
        container_name: 'front',
        scale: 3,
        deploy: { replicas: 2 },
        depends_on: { db: { condition: 'service_healthy', required: true, restart: true }, job: { condition: 'service_completed_successfully' } },
        network_mode: 'service:vpn',
        ipc: 'service:db',
        pid: 'host',
        volumes_from: ['files:ro', 'container:other', 'db'],
        ports: [{ mode: 'ingress', target: 80, published: '8080', host_ip: '127.0.0.1', protocol: 'tcp' }, { target: 53 }],
        profiles: ['p'],
        environment: { A: 'b' },
      },
      built: { build: { context: '/srv' }, image: null },
      many: { image: 'x', deploy: { replicas: 2 } },
    },
  } // prettier-ignore

  const { services, raw } = await readConfig(printing(JSON.stringify(printed)), project, signal)

  expect(services.get('web')).toEqual({
    image: 'web:1',
    hasBuild: false,
    containerName: 'front',
    replicas: 3,
    dependsOn: {
      db: { condition: 'service_healthy', restart: true, required: true },
      job: { condition: 'service_completed_successfully', restart: false, required: true },
    },
    networkMode: 'service:vpn',
    pidMode: 'host',
    ipcMode: 'service:db',
    follows: ['db', 'files', 'vpn'],
    ports: [
      { target: 80, published: '8080', hostIp: '127.0.0.1', protocol: 'tcp' },
      { target: 53, published: null, hostIp: null, protocol: 'tcp' },
    ],
    profiles: ['p'],
  })
  expect(services.get('built')).toMatchObject({ image: null, hasBuild: true, replicas: 1, follows: [] })
  expect(services.get('many')).toMatchObject({ replicas: 2 })
  expect(raw).toEqual(printed)
})

test.each([
  ['no JSON', 'nothing'],
  ['a list', '[]'],
  ['services that are none', '{"services": {"web": {"image": ["secret-value"]}}}'],
])('refuses %s without repeating a value', async (_what, stdout) => {
  const reading = readConfig(printing(stdout), project, signal)

  await expect(reading).rejects.toMatchObject({
    code: 'COMPOSE_FILE_INVALID',
    message: expect.not.stringContaining('secret-value'),
  })
})

test('finds the hash of exactly this service', async () => {
  expect(await configHash(printing(`web-2 ${'a'.repeat(64)}\nweb ${hash}\n`), project, 'web', signal)).toBe(hash)
  await expect(configHash(printing(''), project, 'web', signal)).rejects.toMatchObject({ code: 'COMPOSE_FILE_INVALID' })
})

test.each([
  [
    'time="2026-11-21T03:14:40Z" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."\n'.repeat(
      2,
    ),
    ['TAG'],
  ],
  [
    'WARN[0000] The "B" variable is not set. Defaulting to a blank string. \nWARN[0000] The "A_1" variable is not set.\n',
    ['A_1', 'B'],
  ],
  ['something else', []],
])('names unset variables once each: %j', async (stderr, names) => {
  expect(unsetVariables(stderr)).toEqual(names)
  expect((await readConfig(printing('{"services":{}}', stderr), project, signal)).unsetVariables).toEqual(names)
})
