import { FederationSettings, type FederationSettingsInput } from '@passerby/protocol'
import * as v from 'valibot'
import { type Draft, draftOf } from './form-draft.ts'

/** A form filled in for a purpose. */
export interface Template {
  readonly name: TemplateName
  readonly title: string
  /** What it is for. */
  readonly sentence: string
  readonly settings: Omit<FederationSettingsInput, 'name' | 'description'>
  /** What else to see to, so that it learns well. */
  readonly remark?: string
}

type TemplateName = 'plain' | 'edge-cloud' | 'by-identity' | 'device-edge-cloud'

/**
 * FedReID's settings (TOMM 2023, table of hyper-parameters, and its code; ALGORITHMS 2.8). Left as they are here: the network and
 * the input size, since its ResNet-50 at 256×128 is much for a tab, and rates that stay as they are, since its schedule of 40
 * steps is made anew in every round and so never fires. Its padding of 10 pixels at 256×128 is 5 at our size.
 */
const fedReID = {
  rounds: 300,
  evaluateEvery: 10,
  local: {
    epochs: 1,
    batchSize: 32,
    headRate: 0.05,
    backboneRate: 0.005,
    optimiser: 'sgd',
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
    labelSmoothing: 0,
    dropout: 0.5,
    embedding: 512,
    pad: { height: 5, width: 5 },
    averagePrecision: 'trapezoid',
  },
} satisfies Template['settings']

const REMARK =
  'The backbone’s rate is for a network that was trained before: choose a checkpoint under “Initial model”, or raise it to 0.05.'

/** Every client is in every round, as in FedReID's experiments: Market-1501 has 6 cameras, the benchmark 9 data sets. */
export const templates: readonly Template[] = [
  {
    name: 'plain',
    title: 'Plain',
    sentence: 'This form’s defaults: a small network that any device trains.',
    settings: {},
  },
  {
    name: 'edge-cloud',
    title: 'Edge and cloud',
    sentence: 'Each client is one camera and knows nobody from the others: FedReID’s hardest scenario.',
    settings: { ...fedReID, strategy: { name: 'fedpav' }, cohort: { minClients: 6 } },
    remark: REMARK,
  },
  {
    name: 'by-identity',
    title: 'By identity, a control',
    sentence:
      'Each client has other people from all cameras: what is lost by splitting alone, to compare with “Edge and cloud”.',
    settings: { ...fedReID, strategy: { name: 'fedpav' }, cohort: { minClients: 6 } },
    remark: REMARK,
  },
  {
    name: 'device-edge-cloud',
    title: 'Device, edge and cloud',
    sentence: 'Each client is an edge server with a whole data set of several cameras, of very unequal sizes.',
    settings: {
      ...fedReID,
      strategy: { name: 'fedpav', weighting: 'cosine-logits' },
      cohort: { minClients: 9 },
    },
    remark: REMARK,
  },
]

/** The form as a template fills it. What names and describes a federation is a person's and stays. */
export function filledIn({ settings }: Template, { name, description }: Draft): Draft {
  return { ...draftOf(v.parse(FederationSettings, { ...settings, name: 'unnamed' })), name, description }
}
