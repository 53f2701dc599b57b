/**
 * Why a registry is asked. `background`: to keep up, which stops while little of the host's budget is left. `wanted`:
 * a rollout or an event waits for the answer. `by-hand`: a person does, who may just have put the credential right.
 */
export type Urgency = 'background' | 'wanted' | 'by-hand'
