import { afterEach, expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { startFakeRegistry } from '../test/fakes/registry.ts'
import type { FakeRegistry } from '../test/fakes/registry.ts'
import { gitlabDialect } from '../test/fakes/vendors/gitlab.ts'
import { createLog } from './lib/log.ts'
import { settleGitlabHosts } from './wire-gitlab-hosts.ts'

const { load } = useConfigFolder()

let instance: FakeRegistry
afterEach(() => instance.close())

async function settle(project: string) {
  const lines: string[] = []
  const log = createLog('info', 'plain', (line) => lines.push(line))
  const dialect = gitlabDialect({ token: 'glpat-one', projects: ['team/app'], registryHost: 'gitlab.example.com:5050' })
  instance = await startFakeRegistry({ dialect })
  const config = await load(`workloads: [{match: {name: db}, mode: notify}]
registries:
  - gitlab:
      url: ${instance.url}
      projects:
        - {group: team, project: ${project}, apiToken: glpat-one, images: [{tag: '1'}, {name: web}]}
`)
  return { lines, settled: await settleGitlabHosts(config, { env: {}, log, certsFolder: '/nowhere' }) }
}

test('the host of a registry is asked from its instance, for images and credentials alike', async () => {
  const { settled, lines } = await settle('app')

  expect(settled.registries.map(({ host, path }) => [host, path])).toEqual([
    ['gitlab.example.com:5050', null],
    ['gitlab.example.com:5050', 'team/app'],
  ])
  expect(settled.rules.map(({ match }) => match)).toEqual([
    { name: 'db' },
    { image: 'gitlab.example.com:5050/team/app:1' },
    { image: 'gitlab.example.com:5050/team/app/web' },
  ])
  expect(lines).toEqual([])
})

test('an instance that does not tell is taken to have the usual host, and the log says so', async () => {
  const { settled, lines } = await settle('other')

  expect(settled.registries[0]?.host).toBe('registry.127.0.0.1')
  expect(lines).toEqual([
    expect.stringContaining('does not tell the host of its registry, registry.127.0.0.1 is assumed'),
  ])
})
