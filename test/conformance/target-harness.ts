import { familiarName, parseReference } from '../../src/image/reference.ts'
import { planRollout } from '../../src/rollout/plan.ts'
import type { EffectKind, Order, Rollout } from '../../src/rollout/rollout.ts'
import type { Target, Workload } from '../../src/targets/target.ts'
import type { ImageSettings } from '../services/image-content.ts'
import type { PushedImage } from '../services/images.ts'
import { uniqueName } from '../services/shared.ts'

/** A place where workloads of one kind run, and the adapter under test on it. */
export interface TargetHarness {
  readonly target: Target
  /** The same adapter where nobody answers. */
  readonly unreachable: Target
  /** To a registry that the place pulls from. */
  push(repository: string, settings: ImageSettings & { readonly tag: string }): Promise<PushedImage>
  /** Runs a workload as its owner does; a name that is taken is made anew. */
  run(name: string, image: string, labels?: Readonly<Record<string, string>>): Promise<void>
  /** Its name as the target tells it. */
  nameOf(name: string): string
  /** Runs something that is no workload of this kind, of an image. */
  useElsewhere(name: string, image: string): Promise<void>
  /** Removes every instance of a workload, or what was run elsewhere. */
  clear(name: string): Promise<void>
  /** Takes a tag away, as its owner does. */
  untag(image: string): Promise<void>
  /** Prints a line as the workload's own program would, again and again. */
  print(name: string, line: string, times: number): Promise<void>
  /** Whether the place has the image, by its id. */
  hasImage(id: string): Promise<boolean>
  /** All that there is: instances with their ids, names and states, images with their names, files with their bytes. */
  look(): Promise<unknown>
  /** The files that define a workload, with their bytes; none where there are none. */
  files(name: string): Promise<unknown>
  /** Effects in the order in which the machine asks for them: to the new version, and back again. */
  readonly ways: readonly {
    readonly order: Order
    readonly there: readonly EffectKind[]
    readonly back: readonly EffectKind[]
  }[]
  /** The one after which a look at the place alone tells that there was a rollout. */
  readonly traces: readonly EffectKind[]
  /** Ends the place without warning, until `comeBack`. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

/** A workload of the tag 1 whose move to the tag 2 is planned. */
export interface Staged {
  readonly name: string
  readonly from: PushedImage
  readonly to: PushedImage
  readonly workload: Workload
  readonly rollout: Rollout
}

/** What the tests of the kit work with. The first three are there once a test runs. */
export interface Kit {
  readonly harness: TargetHarness
  readonly target: Target
  /** One that no test changes; its image has an environment variable `TOKEN`. */
  readonly standing: Staged
  /** @throws Error when it is not listed */
  find(name: string): Promise<Workload>
  stage(order?: Order, settings?: Partial<ImageSettings>): Promise<Staged>
  /** Brings effects about, each twice: the second time has to change nothing. */
  bring(rollout: Rollout, effects: readonly EffectKind[], snapshot?: unknown): Promise<void>
  /** As the store keeps it. */
  capture(rollout: Rollout): Promise<unknown>
}

/** Never fires. */
export const { signal } = new AbortController()

/** The move of a workload to another tag of its repository. */
export async function planMove(target: Target, workload: Workload, to: PushedImage, order: Order): Promise<Rollout> {
  const preparation = await target.prepare?.(workload, to.reference, signal)
  if (preparation?.kind === 'held') throw new Error(`it is held: ${preparation.reason.sentence}`)
  const reference = parseReference(to.reference)
  const draft = planRollout({
    id: uniqueName('operation'),
    workload: workload.id,
    target: target.name,
    name: workload.name,
    procedure: target.procedure,
    oldInstance: workload.instance,
    scale: workload.scale,
    image: to.reference,
    fromReference: workload.image,
    definition: preparation?.definition ?? null,
    repository: familiarName(reference),
    tag: reference.tag ?? 'latest',
    digest: to.digest,
    fromDigest: null,
    fromImage: workload.imageId,
    tagBefore: null,
    order,
    gate: { stableMs: 100, minUptimeMs: 100, deadlineMs: 10_000, probe: null },
    restart: workload.restart,
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: new Date().toISOString(),
  })
  return { ...draft, toImage: to.configDigest }
}
