import { expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { judgeAnswers } from './wire-gitlab-answers.ts'

const { load } = useConfigFolder()

async function judge(instance: string, answer: string, others = '') {
  const { registries } = await load(`registries: [{gitlab: {url: "${instance}"}}${others}]`)
  const { accepted, refused } = await judgeAnswers(registries, new Map([[instance, answer]]))
  return { host: accepted.get(instance), reason: refused[0]?.reason }
}

test.each([
  ['https://gitlab.example.com', 'gitlab.example.com:5050', 'gitlab.example.com:5050'],
  ['https://gitlab.example.com', 'registry.example.com', 'registry.example.com'],
  ['https://gitlab.example.com', 'registry.example.com:443', 'registry.example.com'],
  ['https://gitlab.example.com', 'example.com', 'example.com'],
  ['https://example.com/git', 'cr.team.example.com', 'cr.team.example.com'],
  ['http://gitlab', 'gitlab:5050', 'gitlab:5050'],
  ['http://gitlab', 'registry.gitlab', 'registry.gitlab'],
  ['http://192.168.1.10', '192.168.1.10:5050', '192.168.1.10:5050'],
  ['http://[2001:db8::1]:8080', '[2001:db8::1]:5050', '[2001:db8::1]:5050'],
])('%s may name %s', async (instance, answer, host) => {
  expect(await judge(instance, answer)).toEqual({ host, reason: undefined })
})

test.each([
  ['https://gitlab.example.com', 'registry.example.org'],
  ['https://gitlab.example.com', 'docker.io'],
  ['https://gitlab.example.com', '127.0.0.1:5000'],
  ['https://gitlab.example.com', '10.0.0.5'],
  ['https://gitlab.example.com', 'localhost:5000'],
  ['https://gitlab.example.com', 'gitlab.example.com.example.org'],
  ['https://one.github.io', 'other.github.io'],
  ['https://one.nip.io', 'other.nip.io'],
  ['http://gitlab', 'registry'],
  ['http://192.168.1.10', '192.168.1.11:5050'],
  ['http://192.168.1.10', 'registry.example.com'],
  ['http://[2001:db8::1]', '[2001:db8::2]'],
])('%s may not name %s: a person has to write it', async (instance, answer) => {
  expect(await judge(instance, answer)).toEqual({ host: undefined, reason: 'which does not lie in its own domain' })
})

test.each([
  ['{host: registry.example.com}', 'registry.example.com'],
  ['{host: registry.example.com}', 'registry.example.com:443'],
  ['{host: "registry.example.com:443", plainHttp: true}', 'registry.example.com:443'],
  ['{gitlab: {url: "https://example.com"}}', 'registry.example.com'],
])('beside the entry %s no instance may name %s', async (entry, answer) => {
  expect(await judge('https://gitlab.example.com', answer, `, ${entry}`)).toEqual({
    host: undefined,
    reason: 'which is that of another entry of the configuration',
  })
})

test('an answer that may not be taken by itself takes none from another', async () => {
  const [own, strange] = ['https://gitlab.example.com', 'https://git.example.org']
  const { registries } = await load(`registries: [{gitlab: {url: "${own}"}}, {gitlab: {url: "${strange}"}}]`)
  const answers = new Map([own, strange].map((each) => [each, 'cr.example.com']))

  const { accepted, refused } = await judgeAnswers(registries, answers)

  expect([...accepted]).toEqual([[own, 'cr.example.com']])
  expect(refused).toMatchObject([{ instance: strange, reason: 'which does not lie in its own domain' }])
})

test('of two that name the same host neither is believed', async () => {
  const both = ['https://gitlab.example.com', 'https://git.example.com']
  const { registries } = await load(`registries: [${both.map((each) => `{gitlab: {url: "${each}"}}`).join(', ')}]`)

  const { accepted, refused } = await judgeAnswers(registries, new Map(both.map((each) => [each, 'cr.example.com'])))

  expect([...accepted]).toEqual([])
  expect(refused.map(({ reason }) => reason)).toEqual(both.toReversed().map((each) => `as does ${each}`))
})
