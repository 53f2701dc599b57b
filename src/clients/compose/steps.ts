/**
 * What a command does, or would do, to one container, network or volume. `start` is of one that was there and did not
 * run, such as a job that `depends_on` names: it runs again. What newer versions may say beyond these is `unknown`.
 */
export type ComposeAction = 'untouched' | 'create' | 'recreate' | 'start' | 'stop' | 'remove' | 'unknown'

export interface ComposeStep {
  readonly kind: 'container' | 'network' | 'volume'
  /** As the engine has it; for a container that an interrupted recreation left, with Compose's prefix. */
  readonly name: string
  readonly action: ComposeAction
}

const line = /^\s*(?:DRY-RUN MODE -\s+)?(Container|Network|Volume)\s+(?:"([^"]+)"|(\S+))\s+(\S.*?)\s*$/
const kinds = { Container: 'container', Network: 'network', Volume: 'volume' } as const

/** The strongest first: one container goes through several of these words. */
const actions: readonly (readonly [ComposeAction, RegExp])[] = [
  ['recreate', /^Recreate(d)?$/],
  ['remove', /^Remov(ing|ed)$/],
  ['create', /^Creating$/],
  ['start', /^(Re)?[Ss]tart(ing|ed)$/],
  ['stop', /^(Stopp|Kill)(ing|ed)$/],
  ['untouched', /^(Running|Created|Waiting|Healthy|Exited|Error|Skipped)\b/],
]

/** During a recreation the new container has the old one's id before its name. */
const transient = /^[0-9a-f]{12}_(.+)$/

/** Whether this is one of Compose's lines of progress, as `--progress plain` writes them. */
export const isProgress = (text: string): boolean => line.test(text)

/** Reads what `up --progress plain` printed, with or without `--dry-run`. In the order in which each was first named. */
export function parseSteps(output: string): readonly ComposeStep[] {
  const found = new Map<string, { kind: ComposeStep['kind']; name: string; words: string[] }>()
  for (const text of output.split(/\r?\n/)) {
    const [, kindWord, quoted, bare, words] = line.exec(text) ?? []
    const kind = kinds[kindWord as keyof typeof kinds] // The pattern allows no other word.
    const name = quoted ?? bare
    if (name === undefined || words === undefined) continue
    const entry = found.get(`${kind} ${name}`) ?? { kind, name, words: [] }
    entry.words.push(words)
    found.set(`${kind} ${name}`, entry)
  }
  const steps = [...found.values()].map(({ kind, name, words }): ComposeStep => ({
    kind,
    name,
    action: strongest(words),
  }))
  return steps.filter((step) => !isStartOfRecreated(step, steps))
}

function strongest(words: readonly string[]): ComposeAction {
  const [found] = actions.find(([, pattern]) => words.some((word) => pattern.test(word))) ?? []
  return found ?? 'unknown'
}

/** A dry run does not rename, so that it starts the recreated container under its transient name. */
function isStartOfRecreated({ kind, name, action }: ComposeStep, steps: readonly ComposeStep[]): boolean {
  const [, lasting] = transient.exec(name) ?? []
  const isRecreated = steps.some((one) => one.kind === kind && one.name === lasting && one.action === 'recreate')
  return action === 'start' && isRecreated
}
