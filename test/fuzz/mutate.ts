/** A repeatable stream of whole numbers from 0 to below `bound`. @see "Mulberry32", a generator of 32 bits of state */
export function createChance(seed: number): (bound: number) => number {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

type Chance = ReturnType<typeof createChance>

/** What breaks parsers: by itself, or in the place of something. */
const tokens = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u0000',
  '\\ud800',
  'null',
  'true',
  '-0',
  '1e999',
  'NaN',
  '9007199254740993',
  '""',
  '{}',
  '[]',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"\\n"',
  '%00',
  '../',
  'http://169.254.169.254/',
  '@',
  'sha256:',
  'é',
  '\u202e',
  '[[[[[[[[',
  '{"a":{"a":{"a":',
  '"events":',
  '"Type":"Notification"',
  '"specversion":"1.0"',
].map((token) => Buffer.from(token))

const pick = <Item>(chance: Chance, list: readonly Item[]): Item | undefined => list[chance(list.length)]

/** One body in place of another: its bytes changed a few times, or other values put where some were. */
export function mutate(body: Uint8Array, others: readonly Uint8Array[], chance: Chance): Uint8Array {
  return chance(3) === 0 ? mutateValue(body, chance) : mutateBytes(body, others, chance)
}

/** One body in place of another: its bytes changed a few times, whatever they mean. */
export function mutateBytes(body: Uint8Array, others: readonly Uint8Array[], chance: Chance): Uint8Array {
  let bytes = Buffer.from(body)
  for (let changes = 1 + chance(6); changes > 0; changes -= 1) bytes = change(bytes, others, chance)
  return bytes
}

function change(bytes: Buffer, others: readonly Uint8Array[], chance: Chance): Buffer<ArrayBuffer> {
  const at = chance(bytes.length + 1)
  const to = Math.min(bytes.length, at + chance(20))
  const around = (middle: Uint8Array): Buffer<ArrayBuffer> =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)])
  switch (chance(7)) {
    case 0:
      return around(Buffer.from([chance(256)]))
    case 1:
      return around(Buffer.alloc(0))
    case 2:
      return around(pick(chance, tokens) ?? bytes)
    case 3:
      return Buffer.from(bytes.subarray(0, at))
    case 4:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
    case 5: {
      const other = pick(chance, others) ?? bytes
      return Buffer.concat([bytes.subarray(0, at), other.subarray(chance(other.length + 1))])
    }
    default: {
      const flipped = Buffer.from(bytes)
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << chance(8))
      return flipped
    }
  }
}

const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  'x'.repeat(300),
  '__proto__',
  [],
  {},
  [null],
  [[[]]],
  { length: 3 },
  [{}, 1, 'x'],
  'evil.example.com/shop/web:1',
  'sha256:x',
  `sha256:${'b'.repeat(64)}`,
  '../..',
  '\u0000',
  'ß',
  Array.from({ length: 50 }, () => 'x'),
]

/** Still JSON: a value anywhere in it is another, gone, or there as a list. */
function mutateValue(body: Uint8Array, chance: Chance): Uint8Array {
  const visit = (value: unknown): unknown => {
    const fate = chance(40)
    if (fate === 0) return pick(chance, values)
    if (fate === 1) return [value, value]
    if (fate === 2) return undefined
    if (Array.isArray(value)) return value.map((each: unknown) => visit(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each)]))
  }
  try {
    return Buffer.from(JSON.stringify(visit(JSON.parse(Buffer.from(body).toString()))) ?? '')
  } catch {
    return body
  }
}
