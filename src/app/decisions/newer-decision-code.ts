/** Reason code of a rollout that was given up for another before it touched anything. */
export const newerDecisionCode = 'NEWER_DECISION'
