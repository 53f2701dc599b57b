import type { Reason, ServiceFacts } from '../facts.ts'

/** Whether its orchestrator is at work on it, whoever told it to. */
export const isBusy = ({ update }: ServiceFacts): boolean => update === 'updating' || update === 'returning'

/** What has to be over before it can be told anything; null for nothing. */
export function busyWith(facts: ServiceFacts): Reason | null {
  // Two updates at once would be one on top of the other.
  if (isBusy(facts)) return { code: 'SERVICE_UPDATING', sentence: 'somebody else began an update of the service' }
  if (facts.job === null || facts.job.active === 0) return null
  return { code: 'JOB_RUNNING', sentence: 'a run of the job is under way, which another image would end' }
}
