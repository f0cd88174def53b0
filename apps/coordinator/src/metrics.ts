import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** What Prometheus may read of a coordinator; with Node's own figures (memory, event-loop lag). */
export interface Metrics {
  readonly registry: Registry
  readonly rounds: Counter<'outcome'>
  readonly updates: Counter<'outcome'>
  readonly refusals: Counter<'code'>
  readonly bytes: Counter<'direction' | 'kind'>
  /** Opening, checking and adding one update. */
  readonly fold: Histogram
  /** From the sum to the stored models. */
  readonly aggregation: Histogram
  readonly groups: Gauge<'federation'>
  /** What a learner beside this process was at work for, of one round. */
  readonly distillation: Histogram
  readonly learnerFailures: Counter
}

const seconds = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** `connected`: clients of all federations that are connected now. */
export function createMetrics(connected: () => number): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge: Gauge = new Gauge({
    name: 'passerby_clients_connected',
    help: 'Clients that are connected and joined',
    registers,
    collect: () => gauge.set(connected()),
  })
  return {
    registry,
    rounds: new Counter({
      name: 'passerby_rounds_total',
      help: 'Rounds by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    updates: new Counter({
      name: 'passerby_updates_total',
      help: "Client updates by outcome: 'accepted', or the code of their refusal",
      labelNames: ['outcome'],
      registers,
    }),
    refusals: new Counter({
      name: 'passerby_refusals_total',
      help: 'Requests of clients that were refused, by code',
      labelNames: ['code'],
      registers,
    }),
    bytes: new Counter({
      name: 'passerby_bytes_total',
      help: 'Bytes of sealed updates and of models',
      labelNames: ['direction', 'kind'],
      registers,
    }),
    fold: new Histogram({
      name: 'passerby_fold_seconds',
      help: 'Opening, checking and adding one update',
      buckets: seconds,
      registers,
    }),
    aggregation: new Histogram({
      name: 'passerby_aggregation_seconds',
      help: 'From the sum to the stored models; where a model is taught, that too',
      buckets: [...seconds, 60, 300],
      registers,
    }),
    distillation: new Histogram({
      name: 'passerby_distillation_seconds',
      help: 'Work of the learner beside the coordinator for one round',
      buckets: [1, 5, 15, 60, 300],
      registers,
    }),
    learnerFailures: new Counter({
      name: 'passerby_learner_failures_total',
      help: 'Failures of the learner beside the coordinator; the third of a session costs it',
      registers,
    }),
    groups: new Gauge({
      name: 'passerby_groups',
      help: 'Groups of clients with a model of their own',
      labelNames: ['federation'],
      registers,
    }),
  }
}
