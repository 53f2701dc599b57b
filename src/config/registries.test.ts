import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()

describe('the kind of a registry', () => {
  test.each([
    ['is left to the host', '{host: docker.io}', null],
    ['is what is written', '{host: a.b, kind: harbor}', 'harbor'],
    ['is told by the settings of that kind', '{host: a.b, ecr: {region: eu-west-1}}', 'ecr'],
    ['is told by the settings of that kind', '{host: a.b, harbor: {}}', 'harbor'],
    ['is as docker-auto-updater names it', '{host: a.b, registry_type: docker_hub}', 'docker-hub'],
    ['is as docker-auto-updater names it', '{host: a.b, registry_type: gcr}', 'gar'],
  ])('%s: %s', async (_what, entry, kind) => {
    const config = await load(`registries: [${entry}]`)

    expect(config.registries).toMatchObject([{ kind }])
  })

  test.each([
    [
      '{host: a.b, kind: gitlabb}',
      'registries[0].kind: must be one of distribution, docker-hub, ecr, gar, gitlab, harbor',
    ],
    ['{host: a.b, kind: harbor, ecr: {}}', 'registries[0].ecr: is only for kind: ecr'],
    ['{host: a.b, ecr: {}, gar: {}}', 'registries[0].gar: is only for kind: gar'],
    ['{host: a.b, kind: ecr, registry_type: ecr}', 'registries[0].registry_type: stands in place of kind'],
    ['{kind: harbor}', 'registries[0].host: is missing'],
    ['{host: a.b, ecr: {accessKeyId: A}}', 'registries[0].ecr: needs accessKeyId and secretAccessKey, or neither'],
    [
      '{host: a.b, ecr: {accessKeyId: A, secretAccessKey: b, profile: c}}',
      'registries[0].ecr: needs a profile or keys',
    ],
    ['{host: a.b, ecr: {regoin: x}}', 'registries[0].ecr.regoin: unknown key; did you mean region?'],
    [
      '{host: a.b, ecr: {profile: ci}}',
      'registries[0].ecr: needs the region of the registry, which its host does not tell',
    ],
    [
      '{host: a.b, registry_type: ecr, registry_config: {aws_access_key_id: A, aws_secret_access_key: b}}',
      'registries[0].ecr: needs the region of the registry',
    ],
    ['{host: a.b, gar: {serviceAccountFile: key.json}}', 'must be an absolute path'],
    ['{host: a.b, gitlab: {url: gitlab.example.com}}', 'must be an address such as https://gitlab.example.com'],
    ['{host: a.b, gitlab: {url: "https://me:pw@gitlab.example.com"}}', 'must be an address such as'],
    ['{host: a.b, kind: gitlab}', 'registries[0].gitlab: needs the url of its instance'],
    ['{host: a.b, gitlab: {token: secret}}', 'registries[0].gitlab: needs the url of its instance'],
    ['{host: a.b, path: team, gitlab: {token: secret}}', 'registries[0].gitlab: needs the url of its instance'],
    ['{host: a.b, gitlab: {projects: [{project: p}]}}', 'needs one of user and group'],
    ['{host: a.b, gitlab: {projects: [{user: u, group: g, project: p}]}}', 'needs one of user and group'],
    ['{host: a.b, gitlab: {projects: [{user: u, project: p, images: []}]}}', 'needs at least one image'],
    [
      '{host: a.b, registry_config: {username: u, password: p}, username: u, password: p}',
      'stands in registry_config already',
    ],
    ['{host: a.b, registry_config: {aws_access_key_id: A}}', 'needs aws_access_key_id and aws_secret_access_key'],
  ])('is refused when it cannot be meant: %s', async (entry, problem) => {
    expect((await problems(`registries: [${entry}]`))[0]).toContain(problem)
  })

  test.each([
    '{host: 111111111111.dkr.ecr.us-east-1.amazonaws.com, kind: ecr}',
    '{host: public.ecr.aws, kind: ecr}',
    '{host: a.b, kind: ecr, username: AWS, password: made-by-somebody}',
    '{host: a.b, registry_type: ecr, registry_config: {region: eu-west-1}}',
  ])('of Amazon needs no region where one is told or no password is made: %s', async (entry) => {
    expect((await load(`registries: [${entry}]`)).registries).toMatchObject([{ kind: 'ecr' }])
  })

  test('is one for all paths of a host, however it is told', async () => {
    const host = '111111111111.dkr.ecr.us-east-1.amazonaws.com'
    const same = `registries: [{host: ${host}, kind: ecr, path: x}, {host: ${host}, ecr: {region: eu-west-1}}]`
    const other = `registries: [{host: ${host}, kind: ecr, path: x}, {host: ${host}}]`

    expect((await load(same)).registries).toHaveLength(2)
    expect(await problems(other)).toEqual([expect.stringContaining('registries[1].kind: must be as in entry 0')])
  })
})

test('what docker-auto-updater wrote under registry_config is understood word for word', async () => {
  const config = await load(`registries:
  - host: 111111111111.dkr.ecr.us-east-1.amazonaws.com
    registry_type: ecr
    registry_config: {region: us-east-1, aws_access_key_id: AKIA, aws_secret_access_key: sesame-street}
  - host: gcr.io
    registry_type: gcr
    registry_config: {project_id: my-project, service_account_path: /run/secrets/gcp.json}
  - host: docker.io
    registry_type: docker_hub
    registry_config: {username: me, password: sesame-street}
`)

  expect(config.registries).toMatchObject([
    { kind: 'ecr', ecr: { region: 'us-east-1', keys: { accessKeyId: 'AKIA' }, profile: null } },
    { kind: 'gar', gar: { serviceAccountFile: '/run/secrets/gcp.json', projectId: 'my-project' } },
    { kind: 'docker-hub', credentials: { username: 'me' } },
  ])
  expect(config.registries[0]?.ecr?.keys?.secretAccessKey.reveal()).toBe('sesame-street')
  expect(JSON.stringify(config)).not.toContain('sesame-street')
})

test('a file of docker-auto-updater is told where each of its keys stands here', async () => {
  // The example of its own documentation.
  const services = { name: 'api-staging', image: 'api:staging-old', registry_type: 'ecr', tag_pattern: 'staging-*' }
  expect(await problems(JSON.stringify({ check_interval: 30, services: [services] }))).toEqual([
    expect.stringContaining('check_interval: unknown key; here it is pollInterval'),
    expect.stringContaining('services: unknown key; its services are entries of workloads'),
  ])
  const rule = {
    compose_file: '/opt/apps/api/docker-compose.yml',
    compose_service: 'api',
    registry_type: 'ecr',
    registry_config: { region: 'us-east-1' },
  }
  expect(await problems(JSON.stringify({ workloads: [rule] }))).toEqual([
    expect.stringContaining('registry_type: unknown key; it stands in the entry of the host under registries'),
    expect.stringContaining('registry_config: unknown key; it stands in the entry of the host under registries'),
  ])
})

test('a robot of Harbor keeps its dollar sign, written twice', async () => {
  const config = await load('registries: [{host: a.b, kind: harbor, username: robot$$team+x, password: let-me-in}]')

  expect(config.registries[0]?.credentials?.username).toBe('robot$team+x')
})

describe('images by their GitLab projects', () => {
  const document = `registries:
  - gitlab:
      url: https://gitlab.example.com/
      token: for-all-of-it
      projects:
        - {user: Anna, project: Site, apiToken: for-this-one, images: [{tag: latest}]}
        - {group: team/backend, project: api, images: [{}, {name: worker, tag: stable}, {name: jobs/Nightly}]}
`

  test('are resolved to repositories, subgroups and further images of a project included', async () => {
    const { gitlabImages } = await load(document)

    expect(gitlabImages).toEqual([
      {
        registry: 'registry.gitlab.example.com',
        instance: 'https://gitlab.example.com',
        project: 'anna/site',
        repository: 'anna/site',
        tag: 'latest',
      },
      {
        registry: 'registry.gitlab.example.com',
        instance: 'https://gitlab.example.com',
        project: 'team/backend/api',
        repository: 'team/backend/api',
        tag: null,
      },
      {
        registry: 'registry.gitlab.example.com',
        instance: 'https://gitlab.example.com',
        project: 'team/backend/api',
        repository: 'team/backend/api/worker',
        tag: 'stable',
      },
      {
        registry: 'registry.gitlab.example.com',
        instance: 'https://gitlab.example.com',
        project: 'team/backend/api',
        repository: 'team/backend/api/jobs/nightly',
        tag: null,
      },
    ])
  })

  test('use the token of the project for it, and that of the instance for the others', async () => {
    const { registries } = await load(document)

    expect(registries).toMatchObject([
      { host: 'registry.gitlab.example.com', hostFrom: 'guess', kind: 'gitlab', path: null },
      { host: 'registry.gitlab.example.com', kind: 'gitlab', path: 'anna/site', credentials: { username: 'Anna' } },
    ])
    expect(registries.map(({ credentials }) => credentials?.password.reveal())).toEqual([
      'for-all-of-it',
      'for-this-one',
    ])
    expect(registries[0]?.gitlab?.url).toBe('https://gitlab.example.com')
  })

  test.each([
    ['of gitlab.com is known', '{gitlab: {}}', 'registry.gitlab.com', 'entry'],
    ['that is written is taken', '{host: "a.b:5050", gitlab: {url: "https://a.b"}}', 'a.b:5050', 'entry'],
    [
      'of another instance is guessed',
      '{gitlab: {url: "https://git.example.com"}}',
      'registry.git.example.com',
      'guess',
    ],
    ['of one at an address is guessed', '{gitlab: {url: "http://192.168.1.10"}}', '192.168.1.10:5050', 'guess'],
    ['of one at an IPv6 address too', '{gitlab: {url: "http://[2001:db8::1]:80"}}', '[2001:db8::1]:5050', 'guess'],
  ])('the host %s', async (_what, entry, host, hostFrom) => {
    const config = await load(`registries: [${entry}]`)

    expect(config.registries).toMatchObject([{ host, hostFrom }])
  })
})

describe('the host that a GitLab instance without one is taken to have', () => {
  const instance = '{gitlab: {url: "https://gitlab.example.com"}}'
  const host = 'registry.gitlab.example.com'

  test.each([
    ['of another kind', `{host: ${host}, username: ci, password: let-me-in}, ${instance}`, 'registries[1].kind'],
    [
      'by plain http',
      `{host: ${host}, kind: gitlab, path: a, plainHttp: true}, ${instance}`,
      'registries[1].plainHttp',
    ],
    [
      'of another instance',
      `${instance}, {gitlab: {url: "https://gitlab.example.com:8443"}}`,
      'registries[1].gitlab.url',
    ],
  ])('cannot be that of an entry %s', async (_what, entries, where) => {
    expect(await problems(`registries: [${entries}]`)).toEqual([
      expect.stringMatching(
        `${where.replace(/[[\]]/g, '.')}: must be as in entry 0, of the same host; .* write its host`,
      ),
    ])
  })

  test('may be that of entries of the same instance', async () => {
    const { registries } = await load(`registries: [${instance}, {host: ${host}, kind: gitlab, path: team}]`)

    expect(registries.map((each) => each.host)).toEqual([host, host])
  })
})

test('entries of one host are of one GitLab instance', async () => {
  const entry = (url: string, path: string) => `{host: a.b, path: ${path}, gitlab: {url: "${url}"}}`

  expect(await problems(`registries: [${entry('https://a.b', 'one')}, ${entry('https://c.d', 'two')}]`)).toEqual([
    expect.stringContaining('registries[1].gitlab.url: must be as in entry 0, of the same host'),
  ])
})

test.each(['https://gitlab.example.com:99999', 'https://1.2.3.4.5', 'https://['])('%s is no address', async (url) => {
  expect(await problems(`registries: [{gitlab: {url: "${url}"}}]`)).toEqual([
    expect.stringContaining('must be an address such as'),
  ])
})

test('a mirror may be an IPv6 address, with a port and a path', async () => {
  const { registries } = await load('registries: [{host: a.b, mirrors: ["[2001:db8::1]:5000", "[2001:db8::1]/hub"]}]')

  expect(registries[0]?.mirrors).toEqual(['[2001:db8::1]:5000', '[2001:db8::1]/hub'])
})
