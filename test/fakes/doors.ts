import type { App } from '../../src/app/app.ts'
import type { CheckedConfig, Doors, OpenApp } from '../../src/cli/doors.ts'
import { startFakeClock } from './clock.ts'
import { loadPolicy } from '../../src/wire-policies.ts'
import type { Store } from '../../src/store/store.ts'

/** The outside of a command: what it printed and told, with a state if it is given one. */
export function fakeDoors(
  given: Partial<Doors> & { readonly store?: Store; readonly eventQueues?: readonly string[] } = {},
) {
  const printed: string[] = []
  const told: string[] = []
  const unused = () => Promise.reject(new Error('this door is not meant to be used here'))
  const { store, eventQueues = [], ...doors } = given
  const openApp: Doors['openApp'] = async () => ({
    app: { store, clock: startFakeClock(), eventQueues: eventQueues.map((name) => ({ name })) } as unknown as App, // commands that only read the state take nothing else of it
    queue: { add: unused, close: async () => {} },
    registries: () => [],
    control: {} as OpenApp['control'], // nobody speaks through it
    serveControl: unused,
    servePublic: unused,
    serveMetrics: unused,
    close: async () => {},
  })
  const all: Doors = {
    print: (text) => void printed.push(text),
    tell: (text) => void told.push(text),
    columns: null,
    showProgress: null,
    printLines: (lines) => void printed.push(lines.map(({ text }) => text).join('\n')),
    loadPolicy,
    openApp: store === undefined ? unused : openApp,
    openState: unused,
    moveState: unused,
    cancelMove: unused,
    checkConfig: unused,
    configSchema: unused,
    actor: () => 'alice',
    // Sockets get their turn, and nobody waits.
    sleep: () => new Promise((resolve) => void setImmediate(resolve)),
    stop: new AbortController().signal,
    ...doors,
  }
  return { printed, told, doors: all }
}

/** What a configuration without a file says. */
export const checkedConfig = (stateFolder: string): CheckedConfig => ({
  file: null,
  stateFolder,
  listen: null,
  events: [],
  eventQueues: [],
})
