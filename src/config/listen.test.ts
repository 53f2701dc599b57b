import { expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()

test('believes nobody and speaks plain http, unless told otherwise', async () => {
  expect((await load('listen: {}')).listen).toEqual({
    host: '127.0.0.1',
    port: 8484,
    tls: null,
    trustProxy: [],
    proxyHeader: 'x-forwarded-for',
    hosts: null,
  })
})

test('takes all that can be said of it', async () => {
  const { listen } = await load(`listen:
  tls: {certificate: /etc/longshore/tls.crt, key: ~/tls.key}
  trustProxy: [127.0.0.1, 10.0.0.0/8, 'fd00::/8']
  proxyHeader: forwarded
  hosts: [longshore.example.com]
`)

  expect(listen).toMatchObject({
    tls: { certificate: '/etc/longshore/tls.crt', key: '/home/me/tls.key' },
    trustProxy: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
    proxyHeader: 'forwarded',
    hosts: ['longshore.example.com'],
  })
})

test.each([
  ['trustProxy: [proxy.example.com]', 'listen.trustProxy[0]: must be an address or a block of them'],
  ['trustProxy: [127.0.0.1, 10.0.0.0/33]', 'listen.trustProxy[1]: must have a length from 1 to 32'],
  ['trustProxy: [10.1.0.0/8]', 'listen.trustProxy[0]: begins in the middle of a block'],
  ['trustProxy: [0.0.0.0/0]', 'listen.trustProxy[0]: would be everybody'],
  ['trustProxy: true', 'listen.trustProxy: '],
  ['proxyHeader: x-real-ip', 'listen.proxyHeader: '],
  ['hosts: [https://longshore.example.com]', 'listen.hosts[0]: must be a name in lower case'],
  ['hosts: [longshore.example.com:443]', 'listen.hosts[0]: must be a name in lower case'],
  ["hosts: ['*.example.com']", 'listen.hosts[0]: must be a name in lower case'],
  ['hosts: [10.0.0.1]', 'listen.hosts[0]: is an address; those are always known'],
  ['tls: {certificate: /tls.crt}', 'listen.tls.key: is missing'],
  ['tls: {certificate: tls.crt, key: /tls.key}', 'listen.tls.certificate: must be an absolute path'],
])('says what is wrong with %s', async (text, problem) => {
  expect(await problems(`listen: {${text}}`)).toEqual([expect.stringContaining(problem)])
})

test('metrics are served nowhere, unless it is written where', async () => {
  expect((await load('listen: {}')).metrics).toBeNull()
  expect((await load('metrics: {}')).metrics).toEqual({ host: '127.0.0.1', port: 9464, tls: null, hosts: null })
})

test.each(['METRICS_PORT', 'LONGSHORE_METRICS_PORT'])('%s alone serves metrics', async (name) => {
  const { metrics } = await load('', { env: { [name]: '9100' } })

  expect(metrics).toMatchObject({ host: '127.0.0.1', port: 9100 })
})

test('what Kubernetes sets for a service that is called metrics is none of ours', async () => {
  expect((await load('', { env: { METRICS_PORT: 'tcp://10.0.0.1:9090' } })).metrics).toBeNull()
  const service = { METRICS_PORT: '', METRICS_SERVICE_HOST: '10.0.0.1', METRICS_PORT_9464_TCP: 'tcp://10.0.0.1:9464' }
  const named = Object.entries({ ...service, METRICS_PORT: 'tcp://10.0.0.1:9464' })
  const ours = Object.fromEntries(named.map(([name, value]) => [`LONGSHORE_${name}`, value]))
  expect((await load('', { env: ours })).metrics).toBeNull()
  expect(await problems('', { env: { METRICS_PORT: 'http' } })).toEqual([
    expect.stringContaining('METRICS_PORT: must be'),
  ])
})

test('of metrics no proxy is believed, so none can be named', async () => {
  expect(await problems('metrics: {trustProxy: [127.0.0.1]}')).toEqual([expect.stringContaining('metrics.trustProxy')])
})
