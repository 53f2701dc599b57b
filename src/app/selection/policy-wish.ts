import type { Policy } from '../../policies/policy.ts'
import type { WorkloadSettings } from '../workloads/settings.ts'

/** What settings say of a policy: the text, and what labels of their own put in the place of its keys. */
export type PolicyWish = Pick<WorkloadSettings, 'policy' | 'tags' | 'minAge'>

/** The policy, or what is wrong with it as a sentence that names the key. */
export type PolicyReading = { readonly policy: Policy } | { readonly problem: string }
