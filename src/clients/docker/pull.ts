import { AppError } from '../../errors.ts'
import type { Call } from './call.ts'
import { readJsonLines } from './json-lines.ts'
import { numberOf, objectOf, textOf, type JsonObject } from './json.ts'
import { registryAuth, type RegistryCredentials } from './registry-auth.ts'

export interface PullRequest {
  /** Without tag and digest. */
  readonly repository: string
  /** What to pull: a tag or a digest. */
  readonly reference: string
  /** `os/architecture`; null for the engine's own. */
  readonly platform: string | null
  readonly auth: RegistryCredentials | null
}

export interface PullLayers {
  readonly layersDone: number
  readonly layers: number
  readonly bytesDone: number
  readonly bytes: number
}

/** What can be asked of the engine about pulling. */
export interface PullCalls {
  /**
   * Pulls one image. An error inside the stream is a failure, and so is a stream that breaks off.
   * The caller still has to look whether the image is there.
   *
   * @throws TARGET_PULL_FAILED with the engine's words, TARGET_UNAVAILABLE, ABORTED
   */
  pull(request: PullRequest, onProgress: (layers: PullLayers) => void, signal: AbortSignal): Promise<void>
}

/** The engine is silent while it unpacks a large layer; a pull that is silent for longer hangs. */
const silenceMaxMs = 10 * 60_000

export function pullCalls(call: Call): PullCalls {
  return {
    async pull({ repository, reference, platform, auth }, onProgress, signal) {
      const silence = new AbortController()
      const timer = setTimeout(() => silence.abort(), silenceMaxMs)
      const subject = `pull of ${repository}@${reference}`
      try {
        const answer = await call.open(
          {
            method: 'POST',
            path: '/images/create',
            query: { fromImage: repository, tag: reference, platform: platform ?? undefined },
            headers: registryAuth(auth),
            limitMs: silenceMaxMs,
          },
          AbortSignal.any([signal, silence.signal]),
        )
        answer.release()
        const layers = new Map<string, Layer>()
        for await (const line of readJsonLines(answer, subject)) {
          timer.refresh()
          throwIfError(line)
          if (noteLayer(layers, line)) onProgress(sum(layers))
        }
      } catch (error) {
        if (silence.signal.aborted) throw new AppError('TARGET_PULL_FAILED', `${subject}: no progress for 10 minutes`)
        throw asPullFailure(error)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Statuses before and within the stream mean the same: it was not pulled. */
function asPullFailure(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  if (['TARGET_UNAVAILABLE', 'TARGET_FORBIDDEN', 'TARGET_UNSUPPORTED', 'ABORTED'].includes(error.code)) return error
  return new AppError('TARGET_PULL_FAILED', error.message, { cause: error })
}

function throwIfError({ error, errorDetail }: JsonObject): void {
  const message = textOf(objectOf(errorDetail)['message']) || textOf(error)
  if (message !== '') throw new AppError('TARGET_PULL_FAILED', message.slice(0, 1000))
}

interface Layer {
  readonly isDone: boolean
  readonly bytesDone: number
  readonly bytes: number
}

/** Layers in one image that are told apart; more are counted together. */
const layersMax = 1000

/** @returns whether anything changed */
function noteLayer(layers: Map<string, Layer>, { id, status, progressDetail }: JsonObject): boolean {
  const name = textOf(id)
  const text = textOf(status)
  if (name === '' || text.startsWith('Pulling from') || (!layers.has(name) && layers.size >= layersMax)) return false
  const before = layers.get(name) ?? { isDone: false, bytesDone: 0, bytes: 0 }
  const isDone = text === 'Pull complete' || text === 'Already exists'
  const { current, total } = objectOf(progressDetail)
  // Extracting counts from 0 again: only the download is counted.
  const isDownload = text === 'Downloading'
  const bytes = isDownload ? numberOf(total) || before.bytes : before.bytes
  const isFetched = isDone || text === 'Download complete' || text === 'Extracting'
  const bytesDone = isDownload ? numberOf(current) : isFetched ? bytes : before.bytesDone
  layers.set(name, { isDone: before.isDone || isDone, bytes, bytesDone })
  return true
}

function sum(layers: Map<string, Layer>): PullLayers {
  const all = [...layers.values()]
  return {
    layers: all.length,
    layersDone: all.filter(({ isDone }) => isDone).length,
    bytes: all.reduce((total, { bytes }) => total + bytes, 0),
    bytesDone: all.reduce((total, { bytesDone }) => total + bytesDone, 0),
  }
}
