/** Which network a command trains where no flag says so. */
import type { Command } from 'commander'
import { openModel } from '../work/model-choice.ts'
import type { LearningFlags } from './learning.ts'

export type NetworkDefaults = Partial<Pick<LearningFlags, 'backbone' | 'embedding' | 'size' | 'epochs' | 'batch'>>

/**
 * The flags with what was not given taken from the first model's file, where there is one, else from `defaults`.
 * Throws `LabError` when the file is no model of ours.
 */
export async function withNetwork<Flags extends LearningFlags & { readonly init?: string }>(
  command: Command,
  defaults: NetworkDefaults,
): Promise<Flags> {
  const flags = command.opts<Flags>()
  const model = flags.init === undefined ? undefined : await openModel(flags.init)
  const chosen = { ...defaults, ...model?.choice, ...(model?.size && { size: model.size }) }
  const open = Object.entries(chosen).filter(([name]) => command.getOptionValueSource(name) === 'default')
  return { ...flags, ...Object.fromEntries(open) }
}
