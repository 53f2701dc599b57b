import type { Digest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Explanation as Choice } from '../selection/explain-tags.ts'
import type { Pause, Quarantine } from '../../store/store.ts'

/** Who says it and why, for the history. */
export interface By {
  readonly actor: string
  /** In the person's own words; null when none were given. */
  readonly reason: string | null
}

/** What a person's word did. */
export interface Answer {
  /** For people. */
  readonly sentence: string
  /** Id of the workload that it is about; null for all. */
  readonly workload: string | null
}

/** How one workload stands, told so that a person believes it. */
export interface Explanation {
  readonly workload: string
  /** What runs, what is wanted, what holds it, since when, what would release it: in this order, one sentence each. */
  readonly sentences: readonly string[]
  readonly state: string
  readonly reason: Reason
  readonly runs: { readonly image: string; readonly digest: Digest | null }
  readonly wants: Digest | null
  readonly since: string
}

/** What the policy of a workload chooses, and what was decided on that. */
export interface WorkloadChoice {
  readonly workload: string
  /** The tag that it names. */
  readonly current: string
  readonly decision: {
    readonly state: string
    readonly reason: Reason
    readonly tag: string | null
    readonly digest: Digest | null
  }
  /** Of very long lists only the best are among the candidates. */
  readonly choice: Choice
}

/**
 * What a person can say to Longshore. Every door (command line, control socket, later API and web page) calls these;
 * `workload` is an id or a name that only one workload has.
 *
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, and what each names
 */
export interface Control {
  /** Runs a tag, and whatever it names, until released. */
  pin(workload: string, tag: string, by: By): Promise<Answer>
  /** Ends a pin, by `pin` or by `rollBack`; what the policy wants is then rolled out at once. */
  unpin(workload: string, by: By): Promise<Answer>
  /** Begins nothing until resumed, or for `forMs`. What is pushed meanwhile is rolled out on release. */
  pause(workload: string | null, forMs: number | null, by: By): Promise<Answer>
  /** Lifts a pause, the hold on everything (I9), or one workload's hold after a change by hand. */
  resume(workload: string | null, by: By): Promise<Answer>
  /**
   * Takes the brake off a target, and lets through the changes that are wanted there now.
   * @param target name; null for every target that is held
   * @throws REQUEST_INVALID when there is none of that name
   */
  release(target: string | null, by: By): Promise<Answer>
  /**
   * Goes back to a revision that the workload ran before, and stays there until released.
   * @param revision digest or a part of its hex, or a tag that it ran; null for the one before the present
   * @throws REVISION_NOT_FOUND
   */
  rollBack(workload: string, revision: string | null, by: By): Promise<Answer>
  /** Rolls a tag or a digest out now. A digest is pinned, a tag is followed from then on. Null: what its policy wants, now. */
  deploy(workload: string, image: string | null, by: By): Promise<Answer>
  why(workload: string): Promise<Explanation>
  /** What its policy chooses among the tags that are known, with what became of each. Changes nothing. */
  explain(workload: string): Promise<WorkloadChoice>
  quarantines(): Promise<readonly Quarantine[]>
  /** @param digest digest or a part of its hex; null for all of the workload */
  releaseQuarantine(workload: string, digest: string | null, by: By): Promise<Answer>
  pauses(): Promise<readonly Pause[]>
}
