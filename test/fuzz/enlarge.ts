import type { createChance } from './mutate.ts'

/** What the listener lets through at most. */
export const bytesMax = 3 * 1024 * 1024

type Chance = ReturnType<typeof createChance>
type Enlarge = (body: string, room: number) => string

/** Levels that fit into so many bytes, each of which takes what opens and what closes it. */
const nested = (open: string, close: string, room: number): string => {
  const levels = Math.max(0, Math.floor((room - 4) / (open.length + close.length)))
  return `${open.repeat(levels)}null${close.repeat(levels)}`
}

/** As a value of a key that nobody reads, at the beginning: all of it has to be passed before what matters. */
const before =
  (value: (room: number) => string): Enlarge =>
  (body, room) =>
    body.startsWith('{') && body.length > 2 ? `{"a":${value(room - 6)},${body.slice(1)}` : value(room)

/** A list of something that is as long as there is room. */
const list = (item: string, room: number): string => {
  const items = Math.max(1, Math.floor((room - 2) / (item.length + 1)))
  return `[${`${item},`.repeat(items - 1)}${item}]`
}

const shapes: readonly Enlarge[] = [
  before((room) => JSON.stringify('x'.repeat(room - 2))),
  before((room) => `"${'\\u00e9'.repeat((room - 2) / 6)}"`),
  before((room) => nested('[', ']', room)),
  before((room) => nested('{"a":', '}', room)),
  before((room) => list('{}', room)),
  before((room) => `${'9'.repeat(room - 1)}0`),
  // Ends in the middle of it.
  (_, room) => '['.repeat(room),
  (_, room) => '{"events":['.repeat(room / 11),
  (body, room) => list(body, room),
  (body, room) => `{"events":${list(body, room - 11)}}`,
  // Each event of it, in the place of one.
  (body, room) => body.replace(/\[(\{.*\})\]/s, (whole, item: string) => list(item, room - body.length + whole.length)),
  (body, room) => body.replace(/"tag":"[^"]*"/, () => `"tag":"${'t'.repeat(room - body.length)}"`),
  (body, room) => {
    // No key is longer than nine bytes with what is around it.
    const keys = Array.from({ length: Math.floor(room / 9) }, (_, index) => `"${index.toString(36)}":0`)
    return `{${keys.join()},${body.startsWith('{') ? body.slice(1) : '"":0}'}`
  },
]

/** How many there are to choose from. */
export const shapesCount = shapes.length

/** A body of about the size that is let through at most, or as deep as that allows. */
export function enlarge(body: Uint8Array, chance: Chance, shape = chance(shapes.length)): Uint8Array {
  const text = Buffer.from(body).toString()
  const room = bytesMax - text.length
  const grown = shapes[shape]?.(text, room) ?? text
  // Not every sender has lists and tags.
  const large = grown === text ? list(text === '' ? '{}' : text, bytesMax) : grown
  return Buffer.from(large).subarray(0, bytesMax)
}
