import { eventSources } from '../../../src/events/index.ts'
import { authorized, digest, hmacHex, inHeader, inPath, type Named, type Sender, type Way } from './sender.ts'
import { audience, email, idToken, keysUrl } from './google.ts'
import { snsHost, snsMessage, topic } from './sns.ts'

const never: readonly RegExp[] = []

const exactly = (url: string): RegExp => new RegExp(`^${url.replaceAll('.', '[.]')}$`)

export const dockerHub: Sender = {
  kind: 'docker-hub',
  registry: 'docker.io',
  open: () => eventSources['docker-hub']({ registry: 'docker.io' }),
  ways: [inPath],
  push: ({ repository, tag }, nonce = 0) => ({
    callback_url: 'https://registry.hub.docker.com/u/shop/web/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/',
    push_data: { pushed_at: 1_732_104_000 + nonce, pusher: 'ci', tag, images: null },
    repository: {
      is_private: true,
      name: repository.split('/')[1],
      namespace: repository.split('/')[0],
      repo_name: repository,
      repo_url: `https://hub.docker.com/r/${repository}`,
      status: 'Active',
    },
  }),
  tellsDigest: false,
  hasIds: true,
  idRecurs: true,
  quiet: { 'a push without a tag': { push_data: { pushed_at: 1 }, repository: { repo_name: 'shop/web' } } },
  gone: null,
  asks: never,
}

export const quay: Sender = {
  kind: 'quay',
  registry: 'quay.io',
  open: () => eventSources.quay({ registry: 'quay.io' }),
  ways: [inPath],
  push: ({ repository, tag }) => ({
    repository,
    namespace: repository.split('/')[0],
    name: repository.split('/')[1],
    docker_url: `quay.io/${repository}`,
    homepage: `https://quay.io/repository/${repository}`,
    updated_tags: [tag],
  }),
  tellsDigest: false,
  hasIds: false,
  idRecurs: true,
  quiet: {
    'a build': { repository: 'shop/web', build_id: '1', build_name: 'x', docker_tags: ['latest'] },
    'a vulnerability': { repository: 'shop/web', tags: ['1'], vulnerability: { id: 'CVE-2026-1' } },
    'a push of no tag': { repository: 'shop/web', updated_tags: [] },
    'tags that are none': { repository: 'shop/web', updated_tags: [null, 7, {}, ''] },
  },
  gone: null,
  asks: never,
}

const ghcrBody = (
  image: Partial<Named> & Pick<Named, 'repository'>,
  action = 'published',
  key = 'registry_package',
) => {
  const { repository, tag = '', digest: pushed = digest } = image
  const [namespace, ...name] = repository.split('/')
  return {
    action,
    [key]: {
      id: 1,
      name: name.join('/'),
      namespace,
      ecosystem: 'CONTAINER',
      package_type: 'CONTAINER',
      owner: { login: namespace, type: 'Organization' },
      html_url: `https://github.com/${repository}/packages/1`,
      package_version: {
        id: 2,
        version: pushed,
        package_url: `ghcr.io/${repository}:${tag}`,
        container_metadata: {
          tag: { name: tag, digest: pushed },
          labels: { source: 'https://elsewhere.example.com' },
          manifest: { digest: pushed, media_type: 'application/vnd.oci.image.index.v1+json', uri: 'x' },
        },
      },
    },
    organization: { login: namespace },
    sender: { login: 'ci' },
  }
}

export const ghcr: Sender = {
  kind: 'ghcr',
  registry: 'ghcr.io',
  open: () => eventSources.ghcr({ registry: 'ghcr.io' }),
  ways: [inHeader('a signature', 'x-hub-signature-256', (body, secret) => `sha256=${hmacHex(secret, body)}`)],
  push: (image) => ghcrBody(image),
  pushHeaders: (nonce = 0) => ({
    'content-type': ['application/json'],
    'x-github-event': ['registry_package'],
    'x-github-delivery': [`72d3162e-cc78-11e3-81ab-${String(nonce).padStart(12, '0')}`],
  }),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a ping': { zen: 'Keep it logically awesome.', hook_id: 1, hook: { config: {} } },
    "a platform's manifest": ghcrBody({ repository: 'shop/web' }),
    'a deletion, which GitHub does not tell': ghcrBody({ repository: 'shop/web', tag: '1' }, 'deleted'),
    'a package of another kind': { action: 'published', package: { name: 'web', package_type: 'npm' } },
    'a push of code': { ref: 'refs/heads/main', commits: [] },
  },
  gone: null,
  asks: never,
}

export const acrBody = (action: string, target: Readonly<Record<string, unknown>>, nonce = 0) => ({
  id: `cb8c3971-9adc-488b-bdd8-${String(nonce).padStart(12, '0')}`,
  timestamp: '2026-11-20T12:00:00.0000000Z',
  action,
  target: { mediaType: 'application/vnd.docker.distribution.manifest.v2+json', size: 524, length: 524, ...target },
  request: { id: 'x', host: 'elsewhere.azurecr.io', method: 'PUT', useragent: 'docker/26' },
})

export const acr: Sender = {
  kind: 'acr',
  registry: 'shop.azurecr.io',
  open: () => eventSources.acr({ registry: 'shop.azurecr.io' }),
  ways: authorized,
  push: (image, nonce) => acrBody('push', { ...image }, nonce),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a ping': { id: '1', timestamp: '2026-11-20T12:00:00Z', action: 'ping' },
    'a chart': { ...acrBody('chart_push', { name: 'web', version: '1' }) },
    quarantine: acrBody('quarantine', { repository: 'shop/web', tag: '1' }),
    'a push without a tag': acrBody('push', { repository: 'shop/web', digest }),
    'another event of Event Grid': [{ id: '1', eventType: 'Microsoft.ContainerRegistry.ChartPushed', data: {} }],
  },
  gone: ({ repository, tag }) => acrBody('delete', { repository, tag }),
  asks: never,
}

export const ecrBody = (detail: Readonly<Record<string, unknown>>, nonce = 0, more: object = {}) => ({
  version: '0',
  id: `13cde686-328b-6117-af20-${String(nonce).padStart(12, '0')}`,
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  time: '2026-11-20T12:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail: { result: 'SUCCESS', 'action-type': 'PUSH', ...detail },
  ...more,
})

const ecrDetail = ({ repository, tag, digest: pushed }: Named) => ({
  'repository-name': repository,
  'image-tag': tag,
  'image-digest': pushed,
})

const throughSns: Way = {
  name: 'a message of SNS to the address',
  headers: [],
  wrap: (body) => Buffer.from(JSON.stringify(snsMessage(Buffer.from(body).toString()))),
  prove: inPath.prove,
}

const ecrHost = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'

export const ecr: Sender = {
  kind: 'ecr',
  registry: ecrHost,
  open: (fetch) => eventSources.ecr({ registry: ecrHost, topics: [topic], fetch }),
  ways: [...authorized, throughSns],
  push: (image, nonce) => ecrBody(ecrDetail(image), nonce),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a push without a tag': ecrBody({ 'repository-name': 'shop/web', 'image-digest': digest }),
    'a push that failed': ecrBody({ 'repository-name': 'shop/web', 'image-tag': '1', result: 'FAILURE' }),
    'another account': ecrBody({ 'repository-name': 'shop/web', 'image-tag': '1' }, 0, { account: '210987654321' }),
    'another region': ecrBody({ 'repository-name': 'shop/web', 'image-tag': '1' }, 0, { region: 'us-east-1' }),
    'another service': ecrBody({ 'repository-name': 'shop/web', 'image-tag': '1' }, 0, { source: 'shop.ecr' }),
    'a scan': ecrBody({ 'repository-name': 'shop/web' }, 0, { 'detail-type': 'ECR Image Scan' }),
  },
  gone: (image) => ecrBody({ ...ecrDetail(image), 'action-type': 'DELETE' }),
  asks: [
    new RegExp(`^https://${snsHost.replaceAll('.', '[.]')}/SimpleNotificationService-[a-zA-Z0-9]{1,64}[.]pem$`),
    new RegExp(
      `^https://${snsHost.replaceAll('.', '[.]')}/[?]Action=ConfirmSubscription&TopicArn=[^&]*images&Token=[a-zA-Z0-9]*$`,
    ),
  ],
}

export const garBody = (told: object, nonce = 0) => ({
  message: {
    data: Buffer.from(JSON.stringify(told)).toString('base64'),
    attributes: {},
    messageId: `20700000000${nonce}`,
    publishTime: '2026-11-20T12:00:00Z',
  },
  subscription: 'projects/shop/subscriptions/longshore',
})

const garHost = 'europe-docker.pkg.dev'

const withToken: Way = {
  name: 'a token of Google to the address',
  headers: ['authorization'],
  prove: (_, secret) => ({ headers: { authorization: [`Bearer ${idToken()}`] }, pathSecret: secret }),
}

export const gar: Sender = {
  kind: 'gar',
  registry: garHost,
  open: (fetch) => eventSources.gar({ registry: garHost, audience, email, fetch }),
  ways: [withToken],
  push: ({ repository, tag, digest: pushed }, nonce) =>
    garBody(
      {
        action: 'INSERT',
        digest: `${garHost}/${repository}@${pushed}`,
        tag: `${garHost}/${repository}:${tag}`,
      },
      nonce,
    ),
  tellsDigest: true,
  hasIds: true,
  quiet: {
    'a push without a tag': garBody({ action: 'INSERT', digest: `${garHost}/shop/web@${digest}` }),
    'another host': garBody({ action: 'INSERT', tag: 'us-docker.pkg.dev/shop/web:1' }),
    'no host': garBody({ action: 'INSERT', tag: 'shop/web:1' }),
    'something new': garBody({ action: 'UPDATE', tag: `${garHost}/shop/web:1` }),
  },
  gone: ({ repository, tag }) => garBody({ action: 'DELETE', tag: `${garHost}/${repository}:${tag}` }),
  asks: [exactly(keysUrl)],
}
