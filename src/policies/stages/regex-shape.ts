/** What a regex takes, and whether it is to be left to RE2. */
export interface RegexShape {
  /** About as many instructions as RE2's program of it has. */
  readonly size: number
  /** The same for `RegExp`, where that means the same for printable ASCII and has few ways to try; null otherwise. */
  readonly plain: string | null
}

/** What a part of a regex takes. */
interface Cost {
  readonly size: number
  /** In how many ways it may be tried by going back and forth; infinite where that is not known. */
  readonly ways: number
  /** Characters that it matches at least. */
  readonly least: number
}

/** As many are tried in some 50 µs. */
const waysMax = 20_000
/** Of a repetition without end: a tag has at most 128 characters, and it may match none. */
const lengths = 129
const unknown = Number.POSITIVE_INFINITY

const nothing: Cost = { size: 1, ways: 1, least: 0 }
const character: Cost = { size: 1, ways: 1, least: 1 }
const odd: Cost = { size: 1, ways: unknown, least: 0 }

/** What RE2 and JavaScript read alike: a character, a dot, an escape, or a class of characters. */
const simple = /[\w .\-,:;=@#%&~"'!<>/]|\\[dDwW.\-/+*?()[\]{}|^$]|\[\^?(?:[\w .\-+*?(){}|$,:/]|\\[dw.\-/\]\\])+\]/y
const anchor = /[\^$]/y
const opening = /\((?:\?(?:P?<[A-Za-z_]\w*>|:))?(?!\?)/y
const repetition = /(?:[*+?]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})\??/y
/** An escape, a class, an opening with flags, or a character by itself. */
const other = /\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]])*\]?|[\s\S]/y

/** Reads what a regex takes before it is compiled, since a short one may have a program of a million instructions. */
export function shapeOf(regex: string): RegexShape {
  const { cost, isSplit } = new Reader(regex).read()
  const ways = cost.ways * (regex.startsWith('^') && !isSplit ? 1 : lengths)
  return { size: cost.size, plain: ways > waysMax ? null : regex.replaceAll('(?P<', '(?<') }
}

class Reader {
  readonly #regex: string
  #at = 0

  constructor(regex: string) {
    this.#regex = regex
  }

  read(): { readonly cost: Cost; readonly isSplit: boolean } {
    const { cost, isSplit } = this.#alternatives()
    // What follows a bracket too many is RE2's to refuse.
    return { cost: this.#at < this.#regex.length ? odd : cost, isSplit }
  }

  #alternatives(): { readonly cost: Cost; readonly isSplit: boolean } {
    let cost = this.#sequence()
    let isSplit = false
    while (this.#regex[this.#at] === '|') {
      this.#at += 1
      isSplit = true
      cost = either(cost, this.#sequence())
    }
    return { cost, isSplit }
  }

  #sequence(): Cost {
    let cost = nothing
    while (this.#at < this.#regex.length && !'|)'.includes(this.#regex.charAt(this.#at)))
      cost = both(cost, this.#repeated())
    return cost
  }

  #repeated(): Cost {
    if (this.#take(anchor) !== null) return this.#take(repetition) === null ? nothing : odd
    const isGroup = this.#regex[this.#at] === '('
    const cost = isGroup ? this.#group() : this.#single()
    const found = this.#take(repetition)
    return found === null ? cost : times(cost, rangeOf(found), isGroup)
  }

  #single(): Cost {
    if (this.#take(simple) !== null) return character
    this.#take(other)
    return odd
  }

  #group(): Cost {
    const isKnown = this.#take(opening) !== null
    if (!isKnown) this.#at += 1
    const { cost } = this.#alternatives()
    this.#at += 1
    return { ...cost, size: cost.size + 2, ways: isKnown ? cost.ways : unknown }
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#regex)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }
}

const both = (a: Cost, b: Cost): Cost => ({ size: a.size + b.size, ways: a.ways * b.ways, least: a.least + b.least })

const either = (a: Cost, b: Cost): Cost => ({
  size: a.size + b.size + 1,
  ways: a.ways + b.ways,
  least: Math.min(a.least, b.least),
})

interface Range {
  readonly least: number
  /** Infinite where there is no end. */
  readonly most: number
}

function rangeOf([text, least, comma, most]: RegExpExecArray): Range {
  if (least === undefined) return { least: text.startsWith('+') ? 1 : 0, most: text.startsWith('?') ? 1 : unknown }
  return { least: Number(least), most: comma === undefined ? Number(least) : Number(most ?? unknown) }
}

/** Of groups only what may be left out once is known: which of several rounds a group tells of is not said alike. */
function times(cost: Cost, { least, most }: Range, isGroup: boolean): Cost {
  const isKnown = !isGroup || (least === 0 && most === 1 && cost.least > 0)
  return {
    size: cost.size * Math.max(1, most === unknown ? least + 1 : most) + 1,
    ways: isKnown ? cost.ways * (most === unknown ? lengths : Math.max(1, most - least + 1)) : unknown,
    least: cost.least * least,
  }
}
