import { writeSync } from 'node:fs'
import { readPostgresUrl } from '../../src/lib/postgres-address.ts'
import { movables } from '../../src/store/index.ts'
import { moveState } from '../../src/store/sql/move-state.ts'

type Movable = Awaited<ReturnType<typeof movables.sqlite>>
type Locked = Awaited<ReturnType<Movable['openSource']>>

/** A process that moves a state and stops in the middle, to be killed there. It says where it stands. */
const [from = '', to = '', point = ''] = process.argv.slice(2)

function stop(): never {
  writeSync(1, point)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  throw new Error('it was meant to be killed here')
}

async function movable(place: string): Promise<Movable> {
  if (place.startsWith('/')) return movables.sqlite(place)
  const address = readPostgresUrl(place)
  if ('problem' in address) throw new Error(address.problem)
  return movables.postgres(address)
}

/** Stops at the second write to the source: that everything has arrived. */
function stopBeforeEnd(locked: Locked): Locked {
  let written = 0
  const db = new Proxy(locked.db, {
    get(target, name) {
      if (name === 'insertInto' && (written += 1) === 2) stop()
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...locked, db }
}

const [source, target] = [await movable(from), await movable(to)]
await moveState(
  {
    ...source,
    openSource: async () => (point === 'committed' ? stopBeforeEnd : (as: Locked) => as)(await source.openSource()),
  },
  {
    ...target,
    openTarget: async () => ({
      ...(await target.openTarget()),
      ...(point === 'copied' && { goOn: async () => stop() }),
    }),
  },
  0,
)
