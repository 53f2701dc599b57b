import { AppError } from '../../errors.ts'
import type { EngineAnswer } from './exchange.ts'
import { objectOf, type JsonObject } from './json.ts'

/** Longest line: an event carries all labels of its container. */
const lineBytesMax = 4 * 1024 * 1024

/**
 * The objects of a stream of JSON, one a line, as they come. Leaving the loop early drops the connection.
 * @throws TARGET_UNAVAILABLE when the stream breaks off, TARGET_FAILED when it is not JSON
 */
export async function* readJsonLines(answer: EngineAnswer, subject: string): AsyncGenerator<JsonObject> {
  answer.body.setEncoding('utf8')
  let rest = ''
  let isWhole = false
  try {
    for await (const chunk of answer.body) {
      // With an encoding set, the stream yields text only.
      const lines = (rest + (chunk as string)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > lineBytesMax) throw new AppError('TARGET_FAILED', `${subject}: the engine sent a line too long`)
      for (const line of lines) if (line.trim() !== '') yield parseLine(line, subject)
    }
    if (rest.trim() !== '') yield parseLine(rest, subject)
    isWhole = true
  } catch (cause) {
    throw answer.explain(cause)
  } finally {
    answer.release()
    if (!isWhole) answer.destroy()
  }
}

function parseLine(line: string, subject: string): JsonObject {
  try {
    return objectOf(JSON.parse(line))
  } catch (cause) {
    throw new AppError('TARGET_FAILED', `${subject}: the engine sent something that is not JSON`, { cause })
  }
}
