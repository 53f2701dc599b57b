/**
 * Memory for bodies that are on their way: of most of them nobody knows yet who sends them.
 *
 * Where there is none left, bodies of the network that takes most of it are ended, those first that have been on their
 * way the longest. So nobody loses a body who takes no more than what is there for each, had all as much, and one network
 * can only push out its own.
 */
export interface BodyRoom {
  /**
   * For a body of which nothing is there yet, and which takes nothing yet.
   *
   * @param network who sends it
   * @param end called once at most, when its room is needed: from then on it has none, and must hold nothing
   */
  open(network: string, end: () => void): TakenRoom
}

/** Room that one body has. */
export interface TakenRoom {
  /**
   * Makes it as large as this in all. To be called before that is held.
   * @returns false when it was this body that had to give way
   */
  grow(bytes: number): boolean
  /** The body is there as a whole: from now on it is not ended. */
  keep(): void
  /** Gives the room back, once however often it is called. */
  leave(): void
}

interface Body {
  bytes: number
  /** Gives its room back, and tells it. */
  end(): void
}

/** What the bodies of one network take that are on their way. */
interface Share {
  bytes: number
  /** Oldest first. */
  readonly bodies: Set<Body>
}

export function createBodyRoom(capacityBytes: number): BodyRoom {
  let freeBytes = capacityBytes
  const shares = new Map<string, Share>()

  const add = (network: string, body: Body, more: number): void => {
    const share = shares.get(network) ?? { bytes: 0, bodies: new Set() }
    shares.set(network, share)
    share.bodies.add(body)
    share.bytes += more
    body.bytes += more
    freeBytes -= more
  }

  /** It is no longer on its way. */
  const forget = (network: string, body: Body): void => {
    const share = shares.get(network)
    if (share?.bodies.delete(body) !== true) return
    share.bytes -= body.bytes
    if (share.bodies.size === 0) shares.delete(network)
  }

  const isOverfull = (): boolean => freeBytes < 0

  const endOne = (): void => {
    let heaviest: Share | undefined
    for (const share of shares.values()) if (heaviest === undefined || share.bytes > heaviest.bytes) heaviest = share
    const [oldest] = heaviest?.bodies ?? []
    oldest?.end()
  }

  return {
    open(network, end) {
      let isOpen = true
      const leave = (): void => {
        forget(network, body)
        if (isOpen) freeBytes += body.bytes
        isOpen = false
      }
      const body: Body = {
        bytes: 0,
        end() {
          leave()
          end()
        },
      }
      return {
        leave,
        keep: () => void forget(network, body),
        grow(bytes) {
          if (!isOpen) return false
          add(network, body, bytes - body.bytes)
          // Those that can be ended take all that is not kept, this one among them: there is always one.
          while (isOverfull()) endOne()
          return isOpen
        },
      }
    },
  }
}
