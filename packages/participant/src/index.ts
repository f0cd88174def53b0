export * from './learner.ts'
