/** Which workloads of each group are under way in this process, so that no two take the last place at once. */
export interface GroupSlots {
  /**
   * Takes a place, unless all are taken.
   * @param most places there are
   * @param open workloads that are under way by what is recorded, also those that a former process left
   */
  take(group: string, workload: string, most: number, open: readonly string[]): boolean
  free(group: string, workload: string): void
}

export function createGroupSlots(): GroupSlots {
  const taken = new Map<string, Set<string>>()
  return {
    take(group, workload, most, open) {
      const own = taken.get(group) ?? new Set<string>()
      const others = new Set([...own, ...open].filter((each) => each !== workload))
      if (others.size >= most) return false
      taken.set(group, own.add(workload))
      return true
    },
    free: (group, workload) => void taken.get(group)?.delete(workload),
  }
}
