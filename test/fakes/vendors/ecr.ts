import { json } from '../registry/dialect.ts'
import type { Dialect, DialectTools } from '../registry/dialect.ts'
import type { Reply } from '../registry/reply.ts'
import { complaint } from '../registry/reply.ts'

export interface EcrOptions {
  readonly accessKeyId: string
  /** What the registry takes beside the name `AWS`; handed out by the API, with its life. */
  readonly password: string
  readonly lifeMs?: number
  /** Answers to calls of the API that are to go wrong, by the name of the call; the first is taken each time. */
  readonly failures?: Map<string, readonly string[]>
  readonly now?: () => number
  /** Whether passwords are beyond their life, so that the registry refuses them in its own way. */
  readonly isExpired?: boolean
}

/** One signed call as the API saw it. */
export interface EcrCall {
  readonly action: string
  readonly region: string
  readonly service: string
  readonly input: Readonly<Record<string, unknown>>
}

/** Amazon ECR with its API at the same address, as the SDK calls it. @see Amazon ECR API Reference */
export function ecrDialect(options: EcrOptions): Dialect & { readonly calls: readonly EcrCall[] } {
  const calls: EcrCall[] = []
  return {
    calls,
    answer(incoming, tools) {
      const { url, headers } = incoming
      const size = Number(url.searchParams.get('n') ?? 0)
      if (url.pathname.endsWith('/tags/list') && size > 1000) return tooManyResults()
      const target = String(headers['x-amz-target'] ?? '')
      if (options.isExpired && String(headers['authorization']).startsWith('Basic ')) return expired()
      if (target === '') return null
      const action = target.split('.').at(-1) ?? ''
      const [, keyId, region = '', service = ''] =
        /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(String(headers['authorization'])) ?? []
      const input = JSON.parse(`${incoming.body}`)
      calls.push({ action, region, service, input })
      if (keyId !== options.accessKeyId) return fault('UnrecognizedClientException', 'The security token is invalid.')
      const [failure, ...later] = options.failures?.get(action) ?? []
      options.failures?.set(action, later)
      if (failure !== undefined) return fault(failure, 'as planned')
      if (action === 'GetAuthorizationToken') return grantPassword(options, target.startsWith('SpencerFrontendService'))
      return action === 'DescribeImages' ? describeImages(input, tools) : fault('UnknownOperationException', action)
    },
  }
}

/** The body that renovate's users saw: no page may be larger than a thousand. */
const tooManyResults = (): Reply => complaint(405, 'UNSUPPORTED', { 'docker-distribution-api-version': 'registry/2.0' })

/** As the engine shows it: `denied: Your authorization token has expired. ...`, with 403 as if rights were missing. */
const expired = (): Reply => {
  const message = 'Your authorization token has expired. Reauthenticate and try again.'
  return json({ errors: [{ code: 'DENIED', message }] }, {}, 403)
}

/** AWS JSON 1.1: the kind of error is in the body. */
const fault = (type: string, message: string): Reply => amz({ __type: type, message }, 400)

const amz = (value: unknown, status = 200): Reply => ({
  ...json(value, {}, status),
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': '00000000-0000-4000-8000-000000000000' },
})

function grantPassword({ password, lifeMs = 12 * 3_600_000, now = Date.now }: EcrOptions, isPublic: boolean): Reply {
  const data = {
    authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
    expiresAt: (now() + lifeMs) / 1000,
  }
  const proxyEndpoint = 'https://123456789012.dkr.ecr.eu-central-1.amazonaws.com'
  return amz({ authorizationData: isPublic ? data : [{ ...data, proxyEndpoint }] })
}

interface DescribeInput {
  readonly repositoryName?: string
  readonly registryId?: string
  readonly maxResults?: number
  readonly nextToken?: string
  readonly filter?: { readonly tagStatus?: string }
}

/** In no order at all, as the real one. */
function describeImages(input: DescribeInput, { content }: DialectTools): Reply {
  const { repositoryName = '', registryId = '123456789012', maxResults = 100, nextToken = '0', filter } = input
  if (maxResults > 1000) return fault('InvalidParameterException', 'maxResults is larger than 1000')
  if (!content.tags(repositoryName)) return fault('RepositoryNotFoundException', 'The repository does not exist')
  const { digests, tags } = content.pushes(repositoryName)
  const details = [...digests]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([imageDigest, pushedAt]) => {
      const imageTags = [...tags.keys()].filter((tag) => content.manifest(repositoryName, tag)?.digest === imageDigest)
      const named = imageTags.length > 0 ? { imageTags } : {}
      return {
        registryId,
        repositoryName,
        imageDigest,
        ...named,
        imageSizeInBytes: 1024,
        imagePushedAt: pushedAt / 1000,
      }
    })
  const shown = details.filter((each) => filter?.tagStatus !== 'TAGGED' || 'imageTags' in each)
  const start = Number(nextToken)
  const end = start + maxResults
  return amz({ imageDetails: shown.slice(start, end), ...(end < shown.length && { nextToken: `${end}` }) })
}
