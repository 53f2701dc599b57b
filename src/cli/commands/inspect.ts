import { inspectImage, type InspectedImage } from '../../app/scans/inspect-image.ts'
import { parsePlatform, type Platform } from '../../image/platform.ts'
import { parseReference } from '../../image/reference.ts'
import { formatAge } from '../../lib/age.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { json, when } from '../present.ts'
import { table } from '../table.ts'

export interface InspectOptions extends GlobalOptions {
  readonly platform?: string
  readonly output: Output
}

/** `longshore inspect REFERENCE`: what a registry has under it, asked now with the credentials that pulls use. */
export async function runInspect(doors: Doors, text: string, options: InspectOptions): Promise<ExitCode> {
  const reference = parseReference(text)
  const wanted = options.platform === undefined ? ownPlatform() : parsePlatform(options.platform)
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const image = await inspectImage(app.registryFor(reference.registry), reference, wanted, doors.stop)
    doors.print(options.output === 'json' ? json(image) : tell(image, app.clock.now(), doors.columns))
    return 0
  } finally {
    await close()
  }
}

/** That of engines on this machine, if it runs Linux or pretends to, as engines elsewhere do. */
const ownPlatform = (): Platform => parsePlatform(`linux/${process.arch === 'x64' ? 'amd64' : process.arch}`)

function tell(image: InspectedImage, now: number, columns: number | null): string {
  const { reference, digest, mediaType, createdAt, pushed, pushedUnknown, shown, labels } = image
  const facts = [
    ['reference', reference],
    ['digest', digest],
    ['media type', mediaType],
    [
      'pushed',
      pushed === null ? (pushedUnknown ?? 'the registry does not tell') : `${ago(pushed.at, now)}, ${sure(pushed)}`,
    ],
    ['size', sizeOf(image)],
    ['created', createdAt === null ? 'the image does not tell' : ago(createdAt, now)],
  ] as const
  const platforms = image.platforms.map(({ platform, manifest, sizeBytes }) => [
    platform,
    manifest,
    sizeBytes === null ? '' : megabytes(sizeBytes),
  ])
  const told = Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return [
    facts.map(([name, value]) => name.padEnd('media type  '.length) + value).join('\n'),
    platforms.length === 0
      ? 'It holds no image that could run.'
      : table(['PLATFORM', 'MANIFEST', 'SIZE'], platforms, columns),
    ...(image.sizesUnknown === null ? [] : [`Sizes that are missing: ${image.sizesUnknown}.`]),
    ...(told.length === 0 ? [] : [table([`LABEL${shown === null ? '' : ` OF ${shown}`}`, 'VALUE'], told, columns)]),
  ].join('\n\n')
}

/** Of the platform that is shown; those of the others stand beside them. */
function sizeOf({ platforms, shown }: InspectedImage): string {
  const sizeBytes = platforms.find(({ platform }) => platform === shown)?.sizeBytes
  return sizeBytes == null || shown === null ? 'not known' : `${megabytes(sizeBytes)} for ${shown}, as it is pulled`
}

function ago(iso: string, now: number): string {
  const at = Date.parse(iso)
  // What its builder wrote need not be a time.
  return Number.isNaN(at) ? iso : `${when(new Date(at).toISOString())} (${formatAge(now - at)} ago)`
}

const sure = ({ source, confidence }: NonNullable<InspectedImage['pushed']>): string =>
  confidence === 'exact' ? `by ${source}` : `by ${source}: ${meanings[confidence]}`

const meanings = {
  'digest-first-push': 'the first push of this digest, under whatever tag',
  created: 'when the tag or its image was made',
  none: 'of unknown meaning',
} as const

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
