import type { FederationSettings } from '@passerby/protocol'

/** A distance that is measured on fewer images says more of them than of the client. */
const DISTANCE_IMAGES = 8
/** Of so few clients the nearest neighbours are always linked into one group. */
const ONE_GROUP = 3

/** A larger rate is hardly meant for Adam. */
const ADAM_RATE = 0.01

/** Settings that are allowed and yet hardly meant, by path. */
export function adviceOn(settings: FederationSettings): ReadonlyMap<string, string> {
  const { rounds, cohort, local } = settings
  const advice = new Map(strategyAdvice(settings))
  const never = local.schedule.milestones.filter((round) => round > rounds)
  if (never.length > 0)
    advice.set(
      'local.schedule.milestones',
      `Round ${never.join(', ')} comes after the last, ${rounds}: nothing would happen then.`,
    )
  if (local.schedule.warmUp >= rounds)
    advice.set('local.schedule.warmUp', `The rates would rise until the last round, ${rounds}, and never go down.`)
  if (local.optimiser === 'adam' && local.backboneRate > ADAM_RATE)
    advice.set('local.backboneRate', `Adam’s steps are as long as the rate itself: 0.0003 is usual.`)
  if (local.loss.triplet > 0 && local.loss.identity === 0)
    advice.set(
      'local.loss.triplet',
      'Without the identity loss and at high rates, all embeddings may fall into one point: watch that the loss does not stay at the margin.',
    )
  if (cohort.graceSeconds >= cohort.deadlineSeconds)
    advice.set('cohort.graceSeconds', 'As long as the whole round: a lost client holds it up until its end.')
  if (cohort.minClients === 1)
    advice.set('cohort.minClients', 'With one client the new model is that client’s own update, unmixed.')
  if (local.validation === 0)
    advice.set('local.validation', 'Nobody measures anything: there will be no rank-1 and no mAP.')
  return advice
}

function strategyAdvice({
  rounds,
  cohort,
  local,
  strategy,
}: FederationSettings): readonly [path: string, says: string][] {
  if (strategy.name !== 'fedpav') return []
  const { weighting, clustering, distillation } = strategy
  const advice: [string, string][] = []
  if (weighting !== 'images' && local.batchSize < DISTANCE_IMAGES)
    advice.push([
      'strategy.weighting',
      `The distance is measured on one batch, and ${local.batchSize} images say little: a batch size of 16 or more steadies it.`,
    ])
  if (weighting !== 'images' && cohort.minClients === 1)
    advice.push(['strategy.weighting', 'With one client in a round there is nothing to weigh.'])
  if (clustering.by !== 'off' && cohort.minClients <= ONE_GROUP)
    advice.push([
      'strategy.clustering.by',
      'A round of two or three clients always makes one group: two groups take four clients.',
    ])
  if (distillation.teachers !== 'off' && distillation.every > rounds)
    advice.push(['strategy.distillation.every', `The federation ends after round ${rounds}: it would never distil.`])
  return advice
}
