import type { IncomingMessage } from 'node:http'
import { createBody } from './body.ts'
import type { BodySink } from './body-sink.ts'
import { giveBack, giveBackPackets } from './give-back.ts'
import { largeBytes } from './large-bodies.ts'
import { blanksMax, isBlank, isWebPage, mayBeWebPage } from './web-page.ts'

interface Reading {
  readonly method: string
  readonly bytesMax: number
  readonly openSink: (() => BodySink) | undefined
  readonly takeTurn: () => void
}

/** How it ends; the first of them counts. */
interface Endings {
  readonly finish: (body: Buffer) => void
  readonly exceed: () => void
  readonly fail: (error: unknown) => void
}

const nothing = Buffer.alloc(0)

/** Node reports a body shorter than its Content-Length as an error of `incoming`, never as its end. */
export function readBody(incoming: IncomingMessage, reading: Reading, endings: Endings): void {
  const { method, bytesMax, openSink } = reading
  if (method === 'HEAD') {
    // Only an answer that was read to its end gives its connection back.
    incoming.on('end', () => endings.finish(nothing))
    incoming.resume()
    return
  }
  if (Number(incoming.headers['content-length']) > bytesMax) return endings.exceed()
  giveBackPackets(incoming)
  if (openSink) readBySink(incoming, bytesMax, openSink, endings)
  else readWhole(incoming, reading, endings)
}

function readWhole(incoming: IncomingMessage, { bytesMax, takeTurn }: Reading, { finish, exceed }: Endings): void {
  const body = createBody(bytesMax)
  let isTooLong = false
  let isLarge = false
  incoming.on('data', (chunk: Buffer) => {
    if (isTooLong) return
    isTooLong = !body.add(chunk)
    giveBack(chunk)
    if (isTooLong) {
      body.forget()
      return exceed()
    }
    if (isLarge || body.length <= largeBytes) return
    isLarge = true
    takeTurn()
  })
  incoming.on('end', () => {
    if (!isTooLong) finish(body.bytes())
  })
}

function readBySink(incoming: IncomingMessage, bytesMax: number, openSink: () => BodySink, endings: Endings): void {
  const { finish, exceed, fail } = endings
  let sink: BodySink | null = null
  /** Blanks at the beginning, after which it may be a page or what was asked for. */
  let blanks: Buffer | null = mayBeWebPage(incoming.headers) ? nothing : null
  let bytes = 0
  let isOver = false
  const end = (how: () => void): void => {
    isOver = true
    how()
  }
  incoming.on('data', (chunk: Buffer) => {
    if (isOver) return
    bytes += chunk.length
    if (bytes > bytesMax) return end(exceed)
    let beginning: Buffer | null = null
    if (blanks !== null) {
      beginning = Buffer.concat([blanks, chunk])
      if (beginning.length <= blanksMax && isBlank(beginning)) {
        blanks = beginning
        return
      }
      blanks = null
      if (isWebPage(incoming.headers, beginning)) {
        // Its beginning tells what it is.
        const shown = beginning.subarray(0, blanksMax + 1)
        end(() => finish(shown))
        incoming.destroy()
        return
      }
    }
    try {
      sink ??= openSink()
      sink.write(beginning ?? chunk)
      giveBack(chunk)
    } catch (error) {
      end(() => fail(error))
    }
  })
  incoming.on('end', () => {
    if (isOver) return
    try {
      sink ??= openSink()
      if (blanks !== null && blanks.length > 0) sink.write(blanks)
      sink.end()
      finish(nothing)
    } catch (error) {
      fail(error)
    }
  })
}
