import { eventSources } from '../../../src/events/index.ts'
import { envelope, nowMs, signed } from '../event-requests.ts'
import { authorized, hmac, hmacHex, inHeader, type Sender, type Way } from './sender.ts'

const registry = 'registry.example.com'
const never: readonly RegExp[] = []

const distributionBodies = {
  push: ({ repository, tag, digest }, nonce = 0) => {
    const [event] = envelope({ repository, tag, digest }).events
    return { events: [{ ...event, id: `320678d8-ca14-430f-8bb6-${String(nonce).padStart(12, '0')}` }] }
  },
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a pull': envelope({}, 'pull'),
    'a mount': envelope({ mediaType: 'application/octet-stream', fromRepository: 'x', tag: undefined }, 'mount'),
    'a layer': envelope({ mediaType: 'application/octet-stream', tag: undefined }),
    "a platform's manifest": envelope({ tag: undefined }),
    'schema 1': envelope({ mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }),
    nothing: { events: [] },
  },
  gone: ({ repository, tag }) => envelope({ repository, tag, mediaType: undefined, digest: '', size: 0 }, 'delete'),
  asks: never,
} satisfies Partial<Sender>

export const distribution: Sender = {
  kind: 'distribution',
  registry,
  open: () => eventSources.distribution({ registry }),
  ways: authorized,
  ...distributionBodies,
}

const signedAsGitlab: Way = {
  name: 'a signing token',
  headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  prove(body, secret) {
    const [id, timestamp] = ['7bd3b0b6-1ee3-4bd8-a3b2-9ec4c0e7b8f1', String(nowMs / 1000)]
    const signature = hmac(secret, [`${id}.${timestamp}.`, body]).toString('base64')
    return {
      headers: { 'webhook-id': [id], 'webhook-timestamp': [timestamp], 'webhook-signature': [`v1,${signature}`] },
      pathSecret: null,
    }
  },
}

export const gitlab: Sender = {
  kind: 'gitlab',
  registry,
  open: () => eventSources.gitlab({ registry }),
  ways: [inHeader('a token', 'x-gitlab-token', (_, secret) => secret), signedAsGitlab, ...authorized],
  ...distributionBodies,
}

export const generic: Sender = {
  kind: 'generic',
  registry,
  open: () => eventSources.generic({ registry }),
  ways: [
    {
      name: 'a signature',
      headers: ['x-longshore-timestamp', 'x-longshore-signature'],
      prove: (body, secret) => ({ headers: signed(body, secret), pathSecret: null }),
    },
  ],
  push: ({ repository, tag, digest }, nonce = 0) => ({ image: `${repository}:${tag}`, digest, nonce }),
  tellsDigest: true,
  hasIds: true,
  quiet: { 'another registry': { image: 'elsewhere.example.com/shop/web:1' } },
  gone: null,
  asks: never,
}

const harborRepository = (repository: string) => ({
  date_created: 1_732_000_000,
  name: repository.split('/').slice(1).join('/'),
  namespace: repository.split('/')[0],
  repo_full_name: repository,
  repo_type: 'private',
})

const harborBody = (type: string, image: Readonly<Record<string, unknown>>, repository: string, at = 0) => ({
  type,
  occur_at: 1_732_104_000 + at,
  operator: 'robot$ci',
  event_data: {
    resources: [{ ...image, resource_url: `${registry}/${repository}:${String(image['tag'])}` }],
    repository: harborRepository(repository),
    custom_attributes: {},
  },
})

export const harbor: Sender = {
  kind: 'harbor',
  registry,
  open: () => eventSources.harbor({ registry }),
  ways: authorized,
  push: ({ repository, tag, digest }, nonce) => harborBody('PUSH_ARTIFACT', { tag, digest }, repository, nonce),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a tag that repeats the digest': harborBody(
      'PUSH_ARTIFACT',
      { tag: `sha256:${'a'.repeat(64)}`, digest: `sha256:${'a'.repeat(64)}` },
      'shop/web',
    ),
    'a push without a tag': harborBody('PUSH_ARTIFACT', { digest: `sha256:${'a'.repeat(64)}` }, 'shop/web'),
    'a scan': harborBody('SCANNING_COMPLETED', { tag: '1' }, 'shop/web'),
    'a pull': harborBody('PULL_ARTIFACT', { tag: '1' }, 'shop/web'),
    'a quota': { type: 'QUOTA_EXCEED', occur_at: 1, operator: 'x', event_data: {} },
    'a replication': { type: 'REPLICATION', occur_at: 1, operator: 'x', event_data: { replication: {} } },
    retention: { type: 'TAG_RETENTION', occur_at: 1, operator: 'x', event_data: { retention: {} } },
    'a kind nobody knows yet': { type: 'SOMETHING_NEW' },
  },
  gone: ({ repository, tag, digest }) => harborBody('DELETE_ARTIFACT', { tag, digest }, repository),
  asks: never,
}

const jfrogBody = (type: string, data: Readonly<Record<string, unknown>>) => ({
  domain: 'docker',
  event_type: type,
  data: { repo_key: 'shop', event_type: type, name: 'list.manifest.json', size: 1206, platforms: [], ...data },
  subscription_key: 'longshore',
  jpd_origin: 'https://art.example.com',
  source: 'jfrog/me',
})

const jfrogHeader = 'x-jfrog-event-auth'

export const jfrog: Sender = {
  kind: 'jfrog',
  registry,
  open: () => eventSources.jfrog({ registry, paths: new Map() }),
  ways: [
    inHeader('the secret', jfrogHeader, (_, secret) => secret),
    inHeader('a signature', jfrogHeader, (body, secret) => hmacHex(secret, body)),
  ],
  push: ({ repository, tag, digest }, nonce = 0) => {
    const [key = '', ...rest] = repository.split('/')
    const name = rest.join('/')
    // Only another digest makes another event.
    const sha256 = nonce === 0 ? digest.slice(7) : String(nonce).padStart(64, 'b')
    const path = `${name}/${tag}/list.manifest.json`
    return jfrogBody('pushed', { repo_key: key, image_name: name, image_type: 'docker', path, tag, sha256 })
  },
  tellsDigest: true,
  hasIds: true,
  idRecurs: true,
  quiet: {
    "a platform's manifest": jfrogBody('pushed', { image_name: 'web', tag: `sha256:${'a'.repeat(64)}` }),
    'an artifact of another kind': { domain: 'artifact', event_type: 'deployed', data: { repo_key: 'x', path: 'y' } },
  },
  gone: ({ repository, tag }) => {
    const [key, ...rest] = repository.split('/')
    return jfrogBody('deleted', { repo_key: key, image_name: rest.join('/'), tag })
  },
  asks: never,
}

const giteaBody = (action: string, { repository, version, type = 'container' }: Readonly<Record<string, string>>) => ({
  action,
  repository: null,
  package: {
    id: 7,
    owner: { id: 1, login: repository?.split('/')[0], username: repository?.split('/')[0] },
    type,
    name: repository?.split('/').slice(1).join('/'),
    version,
    html_url: 'https://git.example.com/shop/-/packages/container/web/1.2.3',
    created_at: '2026-11-20T12:00:00Z',
  },
  sender: { login: 'ci' },
})

export const gitea: Sender = {
  kind: 'gitea',
  registry,
  open: () => eventSources.gitea({ registry }),
  ways: [
    inHeader('a signature of Gitea', 'x-gitea-signature', (body, secret) => hmacHex(secret, body)),
    inHeader('a signature of Forgejo', 'x-forgejo-signature', (body, secret) => hmacHex(secret, body)),
  ],
  push: ({ repository, tag }) => giteaBody('created', { repository, version: tag }),
  pushHeaders: (nonce = 0) => ({
    'x-gitea-event': ['package'],
    'x-gitea-delivery': [`f6266f16-1bf3-46a5-9ea4-${String(nonce).padStart(12, '0')}`],
  }),
  tellsDigest: false,
  hasIds: true,
  quiet: {
    'a digest in place of a tag': giteaBody('created', { repository: 'shop/web', version: `sha256:${'a'.repeat(64)}` }),
    'a package of another kind': giteaBody('created', { repository: 'shop/web', version: '1.2.3', type: 'npm' }),
    'a test delivery': { ref: 'refs/heads/main', commits: [], repository: { full_name: 'shop/web' } },
  },
  gone: ({ repository, tag }) => giteaBody('deleted', { repository, version: tag }),
  asks: never,
}

const zotEvent = (type: string, data: Readonly<Record<string, unknown>>, nonce = 0) => ({
  specversion: '1.0',
  id: `5f0c7a3e-52a4-4a5e-9f0e-${String(nonce).padStart(12, '0')}`,
  source: 'zotregistry.dev',
  type,
  datacontenttype: 'application/json',
  time: '2026-11-20T12:00:00Z',
  data: { mediaType: 'application/vnd.oci.image.index.v1+json', ...data },
})

export const zot: Sender = {
  kind: 'zot',
  registry,
  open: () => eventSources.zot({ registry }),
  ways: authorized,
  push: ({ repository, tag, digest }, nonce) =>
    zotEvent('zotregistry.image.updated', { name: repository, reference: tag, digest, manifest: '{}' }, nonce),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    "a platform's manifest": zotEvent('zotregistry.image.updated', {
      name: 'shop/web',
      reference: `sha256:${'a'.repeat(64)}`,
      digest: `sha256:${'a'.repeat(64)}`,
    }),
    'a new repository': zotEvent('zotregistry.repository.created', { name: 'shop/web' }),
    'a failed lint': zotEvent('zotregistry.image.lint_failed', { name: 'shop/web', reference: '1' }),
  },
  gone: ({ repository, tag }) => zotEvent('zotregistry.image.deleted', { name: repository, reference: tag }),
  asks: never,
}
