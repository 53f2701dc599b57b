/** Of a rollout that somebody took back in the middle, to what ran before: nothing else tells that from what never began. */
export const putBackCode = 'PUT_BACK_BY_HAND'
