import { z } from 'zod'
import { conceal } from '../lib/secret.ts'
import { duration, flag, text, wholeNumber } from './fields.ts'

const dayMs = 86_400_000
const time = () => duration({ minMs: 1, maxMs: dayMs })
const many = { error: 'must have at most 100 entries' }
const words = () => z.array(text(10_000)).max(100, many)

/** `[address:][host port:]container port[/protocol]`; an address of version 6 stands in brackets. */
const portPattern = /^(?:(?:(\[[0-9a-fA-F:]+\]|\d{1,3}(?:\.\d{1,3}){3}):)?(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/

const isPort = (number: string | undefined): boolean => !number || (Number(number) >= 1 && Number(number) <= 65_535)

const port = text(100)
  .regex(portPattern, {
    error: 'must be a port as `docker run --publish` takes it, such as 127.0.0.1:8080:80 or 53:53/udp',
  })
  .transform((written, context) => {
    const [, address = '', host = '', inside = '', protocol = 'tcp'] = portPattern.exec(written) ?? []
    if (isPort(host) && isPort(inside)) {
      return { address: address.replace(/^\[|\]$/g, ''), host, container: `${inside}/${protocol}` }
    }
    context.addIssue({ code: 'custom', message: 'must have ports from 1 to 65535' })
    return z.NEVER
  })

const volume = text(4096).regex(/^(?:(?:\/[^:]*|[A-Za-z0-9][A-Za-z0-9_.-]+):)?\/[^:]*(?::[a-zA-Z,]+)?$/, {
  error: 'must be /path, name:/path or /path/on/host:/path, with :ro or the like behind it where that is wanted',
})

const network = text(200).regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
  error: 'must be the name of a network, host or none',
})

/** Names and texts; a name that is not good is told by its place. */
function named<Value extends z.ZodType>(value: Value, isGood: (name: string) => boolean, message: string) {
  return z.record(z.string(), value).superRefine((record, context) => {
    for (const name of Object.keys(record).filter((each) => !isGood(each))) {
      context.addIssue({ code: 'custom', path: [name], message })
    }
  })
}

const quoted = z.string({ error: 'must be text; put it in quotes if it looks like a number' })

const env = named(quoted.transform(conceal), (name) => /^[^=\s]+$/.test(name), 'must have the name of a variable')

const labels = named(
  quoted,
  (name) => name !== '' && !name.startsWith('longshore.operation'),
  'must not begin with longshore.operation, by which Longshore knows what it made',
)

const capability = text(60).regex(/^[A-Z_]+$/, { error: 'must be a capability in capitals, such as NET_ADMIN, or ALL' })

const healthCheck = z.strictObject({
  test: words()
    .min(1, { error: 'needs a command' })
    .describe('A command and its arguments, run in the container without a shell; good when it ends with 0.'),
  interval: time().optional().describe('Time between two checks.'),
  timeout: time().optional().describe('When a check counts as failed.'),
  startPeriod: time().optional().describe('Time at the start in which failures do not count.'),
  retries: wholeNumber(1, 1000).optional().describe('Failures in a row after which it is unhealthy.'),
})

/** A container that is to exist, as `docker run` would be told. */
export const ensureSchema = z
  .strictObject({
    name: text(200)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, { error: 'must be a name as `docker run --name` takes it' })
      .refine((name) => !/\.longshore-(next|prev)$/.test(name), { error: 'must not end like a name of ours' })
      .describe('Name of the container; unique on its target.'),
    target: text(60).optional().describe('Name of the target; needed where there are several.'),
    image: text().describe('Image with the tag that is followed; no digest.'),
    command: words().optional().describe("Command and arguments, in place of the image's."),
    entrypoint: words().optional().describe("In place of the image's."),
    env: env
      .prefault({})
      .describe('Environment. Secrets are best written as `${file:/run/secrets/x}`; no value is ever printed.'),
    ports: z.array(port).max(100, many).prefault([]).describe('Published ports: `127.0.0.1:8080:80`, `53:53/udp`.'),
    volumes: z.array(volume).max(100, many).prefault([]).describe('Mounts: `data:/var/lib`, `/etc/web:/etc/web:ro`.'),
    networks: z
      .array(network)
      .max(100, many)
      .prefault([])
      .describe("Networks that exist, the main one first; `host` or `none` alone. Without any: the engine's default."),
    restart: text(30)
      .regex(/^(no|always|unless-stopped|on-failure(:[1-9]\d{0,5})?)$/, {
        error: 'must be no, always, unless-stopped, on-failure or on-failure:3',
      })
      .default('unless-stopped')
      .describe('Restart policy, once it has passed its gate.'),
    user: text(200).optional().describe('User, or user:group.'),
    workingDir: text().regex(/^\//, { error: 'must be an absolute path' }).optional().describe('Working directory.'),
    hostname: text(63)
      .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, { error: 'must be a host name' })
      .optional()
      .describe('Its name as a host.'),
    labels: labels.prefault({}).describe('Labels of the container.'),
    healthCheck: healthCheck.optional().describe("In place of the image's."),
    init: flag().prefault(false).describe('Run an init process inside.'),
    readOnly: flag().prefault(false).describe('Its own file system cannot be written to.'),
    capAdd: z.array(capability).max(100, many).prefault([]).describe('Capabilities that it gets.'),
    capDrop: z.array(capability).max(100, many).prefault([]).describe('Capabilities that it loses.'),
  })
  .refine(({ image }) => typeof image !== 'string' || !image.includes('@'), {
    error: 'must not have a digest: the tag is followed',
    path: ['image'],
  })
  .refine(({ networks }) => networks.length < 2 || !networks.some((each) => each === 'host' || each === 'none'), {
    error: 'must have host or none alone',
    path: ['networks'],
  })

interface Written {
  readonly targets?: unknown
  readonly workloads?: unknown
}

/** Each container is written once, and on a target that there is. Nothing can be relied on yet. */
export function ensuredOnce(config: Written, context: z.core.$RefinementCtx): void {
  const names = listed(config.targets).map((each) => fieldOf(each, 'name'))
  const seen = new Set<string>()
  for (const [index, rule] of listed(config.workloads).entries()) {
    const ensure = fieldOf(rule, 'ensure')
    if (ensure === undefined) continue
    const target = fieldOf(ensure, 'target')
    const path = ['workloads', index, 'ensure', 'target']
    if (target === undefined && names.length > 1) {
      context.addIssue({ code: 'custom', path, message: `must name one of the targets: ${names.join(', ')}` })
    }
    if (target !== undefined && !names.includes(target)) {
      context.addIssue({ code: 'custom', path, message: `must be the name of a target: ${names.join(', ')}` })
    }
    const id = `${String(target ?? names[0])} ${String(fieldOf(ensure, 'name'))}`
    if (seen.has(id)) context.addIssue({ code: 'custom', path: path.slice(0, 3), message: 'is written twice' })
    seen.add(id)
  }
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === field)?.[1] : undefined
