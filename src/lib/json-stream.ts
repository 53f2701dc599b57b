import {
  backslash,
  blanks,
  closeArray,
  closeObject,
  colon,
  comma,
  openArray,
  openObject,
  quote,
  readText,
  scalars,
} from './json-bytes.ts'

/** Deeper than any document of registries. */
const depthMax = 64

type Wanted = 'array' | 'object' | 'value'

/** What of a document is handed out, and to whom. */
export interface JsonWanted {
  /**
   * Of keys at the top of the document: whether the elements of an array or the members of an object are handed out,
   * which have to stand there when anything does, or the value as a whole.
   */
  readonly keys: Readonly<Record<string, Wanted>>
  /** Of these keys, the ones without which a document is none of those that are meant; null under them counts as there. */
  readonly needed?: readonly string[]
  /** Of one element or member; keys included. */
  readonly valueBytesMax: number
  /**
   * Called with each element, member or value. The bytes from `start` to `end` are its JSON, and good during the call alone.
   *
   * @param name of a member; null of others
   */
  readonly visit: (key: string, name: string | null, bytes: Buffer, start: number, end: number) => void
}

/** A JSON document that is read while it comes in; of it only one value at a time is held. */
export interface JsonStream {
  /**
   * @param start of what is new in `chunk`; its beginning when left out
   * @param end its end when left out
   * @throws SyntaxError
   */
  write(chunk: Buffer, start?: number, end?: number): void
  /** @throws SyntaxError when the document is not at its end: then what came before is not to be used */
  end(): void
  /** Forgets all that came: another document may begin. */
  reset(): void
}

/** What may come next. */
type Next = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'nothing'
/** What has begun and may go on in the next chunk. */
type Token = 'none' | 'text' | 'scalar'

/**
 * Reads an object of any size. Its structure is checked; what is not wanted is only stepped over, so that nonsense such
 * as `1x2` goes unnoticed there.
 */
export function createJsonStream({ keys, needed = [], valueBytesMax, visit }: JsonWanted): JsonStream {
  const stack = new Uint8Array(depthMax)
  const seen = new Set<string>()
  const held = { bytes: Buffer.alloc(0), length: 0 }
  let depth = 0
  let next: Next = 'value'
  let token: Token = 'none'
  let isEscaped = false
  /** The wanted key whose value we are in, or comes next. */
  let key: string | null = null
  let kind: Wanted | null = null
  let member: string | null = null
  /** Where in this chunk what is captured began; -1 while nothing is. */
  let captured = -1
  let at = 0
  /** Where what is new in this chunk ends. */
  let stop = 0

  const fail = (): never => {
    throw new SyntaxError(`no JSON that can be read: ${next} expected`)
  }
  const hold = (chunk: Buffer, end: number): void => {
    const length = held.length + end - captured
    if (length > valueBytesMax) throw new SyntaxError(`a value of more than ${valueBytesMax} bytes`)
    if (length > held.bytes.length) {
      const grown = Buffer.alloc(Math.min(Math.max(length * 2, 1024), valueBytesMax))
      held.bytes.copy(grown, 0, 0, held.length)
      held.bytes = grown
    }
    chunk.copy(held.bytes, held.length, captured, end)
    held.length = length
  }
  /** Ends what is captured. */
  const take = (chunk: Buffer, use: (bytes: Buffer, start: number, end: number) => void): void => {
    const start = captured
    if (held.length === 0) {
      captured = -1
      if (at - start > valueBytesMax) throw new SyntaxError(`a value of more than ${valueBytesMax} bytes`)
      return use(chunk, start, at)
    }
    hold(chunk, at)
    captured = -1
    const { length } = held
    held.length = 0
    use(held.bytes, 0, length)
  }
  const isKey = (): boolean => next === 'key' || next === 'key-or-close'
  const isWantedKey = (): boolean => depth === 1 || (depth === 2 && kind === 'object')
  const readKey = (bytes: Buffer, start: number, end: number): void => {
    const name = readText(bytes, start, end)
    if (depth === 2) {
      member = name
      return
    }
    kind = Object.hasOwn(keys, name) ? (keys[name] ?? null) : null
    key = kind === null ? null : name
    if (kind === null) return
    // Of two that say different things, none is the right one.
    if (seen.has(name)) throw new SyntaxError(`"${name}" stands there twice`)
    seen.add(name)
  }
  /** After a value of any kind. */
  const finish = (chunk: Buffer): void => {
    next = depth === 0 ? 'nothing' : 'comma-or-close'
    if (key === null) return
    if (depth === 1) {
      if (captured >= 0) take(chunk, kind === 'value' ? show : needNull)
      key = null
      kind = null
    } else if (depth === 2 && kind !== 'value') {
      take(chunk, show)
      member = null
    }
  }
  const show = (bytes: Buffer, start: number, end: number): void => {
    if (key !== null) visit(key, member, bytes, start, end)
  }
  const needNull = (bytes: Buffer, start: number, end: number): void => {
    if (bytes.toString('latin1', start, end) !== 'null') throw new SyntaxError(`"${key}" is no list`)
  }
  const finishText = (chunk: Buffer): void => {
    token = 'none'
    if (!isKey()) return finish(chunk)
    if (isWantedKey()) take(chunk, readKey)
    next = 'colon'
  }
  const begin = (byte: number): void => {
    const isOpening = byte === openArray || byte === openObject
    const isQuoted = byte === quote
    if (depth === 0 ? byte !== openObject : !isOpening && !isQuoted && scalars[byte] !== 1) fail()
    if (depth === 1 && isOpening && (kind === 'array' || kind === 'object')) {
      if (kind !== (byte === openArray ? 'array' : 'object')) throw new SyntaxError(`"${key}" is of another kind`)
    } else if (key !== null && captured < 0 && depth <= 2) captured = at
    if (!isOpening) {
      token = isQuoted ? 'text' : 'scalar'
      at += isQuoted ? 1 : 0
      return
    }
    if (depth === depthMax) throw new SyntaxError('nested too deep')
    stack[depth] = byte
    depth += 1
    next = byte === openArray ? 'value-or-close' : 'key-or-close'
    at += 1
  }
  const close = (byte: number, chunk: Buffer): void => {
    if (stack[depth - 1] !== (byte === closeArray ? openArray : openObject)) fail()
    depth -= 1
    at += 1
    finish(chunk)
  }
  const step = (byte: number, chunk: Buffer): void => {
    switch (next) {
      case 'value-or-close':
        return byte === closeArray ? close(byte, chunk) : begin(byte)
      case 'value':
        return begin(byte)
      case 'key-or-close':
      case 'key':
        if (byte === closeObject && next === 'key-or-close') return close(byte, chunk)
        if (byte !== quote) fail()
        if (isWantedKey()) captured = at
        token = 'text'
        at += 1
        return
      case 'colon':
        if (byte !== colon) fail()
        next = 'value'
        at += 1
        return
      case 'comma-or-close':
        if (byte === closeArray || byte === closeObject) return close(byte, chunk)
        if (byte !== comma) fail()
        next = stack[depth - 1] === openArray ? 'value' : 'key'
        at += 1
        return
      case 'nothing':
        fail()
    }
  }
  /** To the end of the text, or of the chunk. */
  const passText = (chunk: Buffer): void => {
    while (at < stop) {
      const byte = chunk[at]
      at += 1
      if (isEscaped) isEscaped = false
      else if (byte === backslash) isEscaped = true
      else if (byte === quote) return finishText(chunk)
    }
  }
  const passScalar = (chunk: Buffer): void => {
    while (at < stop && scalars[chunk[at] ?? 0] === 1) at += 1
    if (at === stop) return
    token = 'none'
    finish(chunk)
  }

  return {
    write(chunk, start = 0, end = chunk.length) {
      at = start
      stop = end
      if (captured >= 0) captured = start
      while (at < stop) {
        if (token === 'text') passText(chunk)
        else if (token === 'scalar') passScalar(chunk)
        else if (blanks[chunk[at] ?? 0] === 1) at += 1
        else step(chunk[at] ?? 0, chunk)
      }
      if (captured >= 0) hold(chunk, at)
    },
    end() {
      if (next !== 'nothing') fail()
      const missing = needed.find((each) => !seen.has(each))
      if (missing !== undefined) throw new SyntaxError(`"${missing}" is missing`)
    },
    reset() {
      seen.clear()
      held.length = 0
      depth = 0
      next = 'value'
      token = 'none'
      isEscaped = false
      key = null
      kind = null
      member = null
      captured = -1
    },
  }
}
