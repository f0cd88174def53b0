/** Which models are measured after which rounds. */

export interface EvaluationPlan {
  /** Each client's own model every n-th round and after the last; 0 for never. */
  readonly ownEvery: number
  /** The global model after every one of the last n rounds, so that its unrest can be told. */
  readonly last: number
}

export interface Due {
  readonly global: boolean
  readonly own: boolean
}

export function dueIn(
  round: number,
  { rounds, evaluateEvery }: { readonly rounds: number; readonly evaluateEvery: number },
  { ownEvery, last }: EvaluationPlan = { ownEvery: 0, last: 1 },
): Due {
  return {
    global: round % evaluateEvery === 0 || round > rounds - Math.max(1, last),
    own: ownEvery > 0 && (round % ownEvery === 0 || round === rounds),
  }
}
