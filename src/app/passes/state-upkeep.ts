export type { StateBackup, StateMove, StateReport, StateUpkeep } from '../../store/store.ts'
