import { expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()

test.each([
  ['{tcp: 8080}', { kind: 'tcp', port: 8080 }],
  ['{http: {port: 80}}', { kind: 'http', port: 80, path: '/' }],
  ['{http: {port: "80", path: /health?full=1}}', { kind: 'http', port: 80, path: '/health?full=1' }],
  ['{exec: [/bin/check, "two words"]}', { kind: 'exec', command: ['/bin/check', 'two words'] }],
])('%s is a probe, by default and in a rule', async (text, probe) => {
  const gate = `gate: {probe: ${text}}`

  const config = await load(`defaults: {${gate}}\nworkloads: [{match: {name: web}, ${gate}}]`)

  expect(config.defaults.gate.probe).toEqual(probe)
  expect(config.rules[0]?.settings.gate?.probe).toEqual(probe)
})

test.each([
  ['{}', ': needs exactly one of tcp, http and exec'],
  ['{tcp: 1, exec: [a]}', ': needs exactly one of tcp, http and exec'],
  ['{tcp: 0}', '.tcp: must be a whole number from 1 to 65535'],
  ['{http: {path: /}}', '.http.port: is missing'],
  ['{http: {port: 1, path: health}}', '.http.path: must begin with / and have no spaces'],
  ['{http: {port: 1, path: "/a b"}}', '.http.path: must begin with / and have no spaces'],
  ['{http: {port: 1, host: 10.0.0.1}}', '.http.host: unknown key'],
  ['{exec: []}', '.exec: needs a command'],
  ['{exec: curl -f localhost}', '.exec: must be a list'],
])('%s is refused', async (text, problem) => {
  expect(await problems(`defaults: {gate: {probe: ${text}}}`)).toEqual([
    `longshore.yml:1: defaults.gate.probe${problem}`,
  ])
})
