import { defineConfig } from 'drizzle-kit'

/** `npm run migrations -w apps/coordinator` writes the next migration after a change of the schema. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/schema.ts',
  out: './migrations',
  casing: 'snake_case',
})
