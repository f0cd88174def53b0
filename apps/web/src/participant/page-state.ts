import type { Ledger, Snapshot } from '@passerby/participant'
import type { FederationCard } from '@passerby/protocol'
import type { BackendWish } from './membership.ts'
import type { Problem } from './problem.ts'
import type { Step } from './rail.tsx'
import type { CheckStage, CheckView, CropsView } from './worker/workbench.ts'

/** Everything that the participant page shows. The page's effects replace it; the screens only draw it. */
export interface PageState {
  readonly gate: Gate
  readonly agreed: { readonly alias: string } | undefined
  readonly crops: CropsState
  readonly check: CheckState
  /** Bytes that this site keeps in the browser, and may still. */
  readonly storage: { readonly used: number; readonly left: number } | undefined
  readonly awake: boolean
  readonly backend: BackendWish
  /** What the person chose, if anything. */
  readonly threads: number | undefined
  /** The session, once training began. */
  readonly session: Snapshot | undefined
  /** The ledger when the present round began. */
  readonly ledgerBefore: { readonly round: number; readonly ledger: Ledger } | undefined
  /** What happened on this device, e.g. that the learner was restarted. */
  readonly notice: string | undefined
  /** The step that the person opened; the furthest one when undefined. */
  readonly opened: Step | undefined
}

/** Whether there is a federation to take part in at all. */
export type Gate =
  | { readonly state: 'opening' }
  | { readonly state: 'blocked'; readonly problem: Problem }
  | {
      readonly state: 'open'
      readonly card: FederationCard
      readonly host: string
      readonly words: readonly string[]
      readonly pinned: boolean
      /** 1, or more when other tabs of this browser take part too. */
      readonly participant: number
    }

export type CropsState = (
  | { readonly state: 'none' }
  | Reading
  | { readonly state: 'read'; readonly view: CropsView; readonly keeping?: Omit<Reading, 'state'> }
  | { readonly state: 'kept'; readonly view: CropsView }
) & { readonly problem?: string }

interface Reading {
  readonly state: 'reading'
  readonly done: number
  readonly total: number
}

export type CheckState =
  | { readonly state: 'none' }
  /** `since`: when the stage began, epoch milliseconds. */
  | { readonly state: 'running'; readonly stage: CheckStage; readonly since: number; readonly fraction: number }
  | { readonly state: 'done'; readonly view: CheckView }
  | { readonly state: 'failed'; readonly problem: string }

export const firstState: PageState = {
  gate: { state: 'opening' },
  agreed: undefined,
  crops: { state: 'none' },
  check: { state: 'none' },
  storage: undefined,
  awake: false,
  backend: 'automatic',
  threads: undefined,
  session: undefined,
  ledgerBefore: undefined,
  notice: undefined,
  opened: undefined,
}

/** The furthest step that can be opened. */
export function reachedStep(state: PageState): Step {
  if (state.session) return 'train'
  if (!state.agreed) return 'join'
  if (state.crops.state !== 'kept') return 'crops'
  return 'check'
}

/** True while crops and settings may not be changed. */
export function isTraining({ session }: PageState): boolean {
  return session !== undefined && session.state !== 'ended' && session.state !== 'refused'
}
