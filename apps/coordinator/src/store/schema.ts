import type { RunState } from '@passerby/federation'
import type { Layout } from '@passerby/federation'
import type {
  Contribution,
  Evaluation,
  Exclusion,
  FederationSettings,
  PublicSet,
  RoundRecord,
  RunEventView,
  Signed,
} from '@passerby/protocol'
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  serial,
  text,
} from 'drizzle-orm/pg-core'
import type { BlobName } from './blobs.ts'

/** A group as it is kept, with the statement by which its clients measure its model. */
export interface KeptGroup {
  /** Ascending. */
  readonly clients: readonly string[]
  readonly model: BlobName
  readonly published: Signed
}

/** Epoch milliseconds, or bytes. */
const whole = () => bigint({ mode: 'number' })

/** Every model that was uploaded or made here. Its bytes are in the blob store. */
export const models = pgTable('model', {
  sha256: text().primaryKey(),
  bytes: whole().notNull(),
  layout: jsonb().$type<Layout>().notNull(),
  /** File name for a download, without its ending. */
  name: text().notNull(),
  createdAt: whole().notNull(),
})

export const federations = pgTable('federation', {
  id: text().primaryKey(),
  settings: jsonb().$type<FederationSettings>().notNull(),
  initialModel: text()
    .notNull()
    .references(() => models.sha256),
  createdAt: whole().notNull(),
  /** Public images as its clients are given them; null where its strategy looks at none. */
  publicSet: jsonb().$type<PublicSet>(),
})

/** The journal's head: the state of each run, written before its effects run. */
export const runStates = pgTable('run_state', {
  federation: text()
    .primaryKey()
    .references(() => federations.id),
  state: jsonb().$type<RunState>().notNull(),
  updatedAt: whole().notNull(),
})

/** One attempt at a round. */
export const sessions = pgTable(
  'session',
  {
    federation: text()
      .notNull()
      .references(() => federations.id),
    session: integer().notNull(),
    round: integer().notNull(),
    outcome: text().$type<RoundRecord['outcome']>().notNull(),
    cohort: jsonb().$type<readonly string[]>().notNull(),
    baseModel: text().notNull(),
    startedAt: whole().notNull(),
    trainedAt: whole(),
    aggregatedAt: whole(),
    closedAt: whole(),
    /** The signed round configuration; null until the session's key is stored. */
    config: jsonb().$type<Signed>(),
    /** The model that the session produced; null until it is stored. */
    model: text(),
    published: jsonb().$type<Signed>(),
    /** The signed configurations of those who start from a group's model, by its SHA-256. */
    groupConfigs: jsonb().$type<Readonly<Record<string, Signed>>>(),
    /** The groups that have a model of their own from this session on; null where its strategy makes none. */
    groups: jsonb().$type<readonly KeptGroup[]>(),
    similarity: jsonb().$type<RoundRecord['similarity']>(),
    /** What the strategy's server half remembers from this session on, a safetensors file. */
    memory: jsonb().$type<BlobName>(),
    distilled: jsonb().$type<RoundRecord['distilled']>(),
    bytesUp: whole().notNull().default(0),
    bytesDown: whole().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.federation, table.session] })],
)

/** One client in one session. The key is what keeps an update from being counted twice. */
export const contributions = pgTable(
  'contribution',
  {
    federation: text().notNull(),
    session: integer().notNull(),
    client: text().notNull(),
    alias: text().notNull(),
    outcome: text().$type<Contribution['outcome']>().notNull(),
    /** Averaging weight, not yet a share. */
    weight: doublePrecision(),
    images: integer(),
    loss: doublePrecision(),
    trainSeconds: doublePrecision(),
    local: jsonb().$type<Evaluation>(),
  },
  (table) => [primaryKey({ columns: [table.federation, table.session, table.client] })],
)

/** What a client measured of the model that a session produced. */
export const evaluations = pgTable(
  'evaluation',
  {
    federation: text().notNull(),
    session: integer().notNull(),
    client: text().notNull(),
    evaluation: jsonb().$type<Evaluation>(),
  },
  (table) => [primaryKey({ columns: [table.federation, table.session, table.client] })],
)

export const clients = pgTable(
  'client',
  {
    federation: text()
      .notNull()
      .references(() => federations.id),
    id: text().notNull(),
    publicKey: text().notNull(),
    alias: text().notNull(),
    deviceName: text().notNull(),
    backend: text().notNull(),
    imagesPerSecond: doublePrecision().notNull(),
    images: integer().notNull(),
    invite: text().notNull(),
    /** SHA-256 of the token it joined with (rule J5). */
    tokenHash: text().notNull(),
    /** Set while it is taken out (rule J9). */
    excluded: jsonb().$type<Exclusion>(),
    firstSeen: whole().notNull(),
    lastSeen: whole().notNull(),
    bytesUp: whole().notNull().default(0),
    bytesDown: whole().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.federation, table.id] })],
)

export const invites = pgTable('invite', {
  id: text().primaryKey(),
  federation: text()
    .notNull()
    .references(() => federations.id),
  label: text().notNull(),
  createdAt: whole().notNull(),
  expiresAt: whole().notNull(),
  revoked: boolean().notNull().default(false),
})

/** One row: how far the redo log is executed. */
export const redoPosition = pgTable('redo_position', {
  id: integer().primaryKey(),
  entry: whole().notNull(),
})

export const runEvents = pgTable(
  'run_event',
  {
    id: serial().primaryKey(),
    federation: text()
      .notNull()
      .references(() => federations.id),
    at: whole().notNull(),
    level: text().$type<RunEventView['level']>().notNull(),
    kind: text().notNull(),
    message: text().notNull(),
    round: integer(),
    client: text(),
  },
  (table) => [index('run_event_of').on(table.federation, table.id)],
)
