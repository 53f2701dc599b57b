import { encodeName, type Call } from './call.ts'

/** What can be asked of the engine about what containers printed. */
export interface LogCalls {
  /**
   * The last lines of both outputs, in the order in which they came.
   * @param isTerminal whether it has a terminal: then the engine sends it plain, else in frames
   * @param bytesMax what comes last is kept
   */
  logTail(id: string, isTerminal: boolean, lines: number, bytesMax: number, signal: AbortSignal): Promise<string>
  /** The same of a task of a Swarm service, on whichever node it ran; asked of a manager. */
  taskLogTail(id: string, isTerminal: boolean, lines: number, bytesMax: number, signal: AbortSignal): Promise<string>
}

/** A hung log driver must not hold up a rollback. */
const limitMs = 10_000

export function logCalls(call: Call): LogCalls {
  const tailOf =
    (kind: 'containers' | 'tasks'): LogCalls['logTail'] =>
    async (id, isTerminal, lines, bytesMax, signal) => {
      const path = `/${kind}/${encodeName(id)}/logs`
      const query = { stdout: '1', stderr: '1', tail: String(lines) }
      const answer = await call.open({ method: 'GET', path, query, limitMs }, signal)
      const reader = isTerminal ? plainReader() : frameReader()
      let tail = Buffer.alloc(0)
      try {
        for await (const chunk of answer.body) {
          // Without an encoding set, a stream of node:http yields buffers only.
          tail = Buffer.concat([tail, reader(chunk as Buffer)]).subarray(-bytesMax)
        }
      } catch (cause) {
        throw answer.explain(cause)
      } finally {
        answer.release()
      }
      // The cut may fall inside a character.
      return tail.toString('utf8').replace(/^\uFFFD+/, '')
    }
  return { logTail: tailOf('containers'), taskLogTail: tailOf('tasks') }
}

type Reader = (chunk: Buffer) => Buffer

const plainReader = (): Reader => (chunk) => chunk

const headerBytes = 8

/**
 * Takes the frames of both outputs apart: one byte for the output, three zeros, four for the size, then the bytes.
 * @see Docker Engine API, ContainerAttach, "Stream format"
 */
export function frameReader(): Reader {
  let header = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    const parts: Buffer[] = []
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const part = rest.subarray(0, left)
        parts.push(part)
        left -= part.length
        rest = rest.subarray(part.length)
        continue
      }
      const wanted = headerBytes - header.length
      header = Buffer.concat([header, rest.subarray(0, wanted)])
      rest = rest.subarray(wanted)
      if (header.length < headerBytes) break
      left = header.readUInt32BE(4)
      header = Buffer.alloc(0)
    }
    return Buffer.concat(parts)
  }
}
