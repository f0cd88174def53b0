ALTER TABLE "federation" ADD COLUMN "public_set" jsonb;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "group_configs" jsonb;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "groups" jsonb;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "similarity" jsonb;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "memory" jsonb;--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "distilled" jsonb;--> statement-breakpoint
UPDATE "federation" SET "settings" = jsonb_set("settings", '{strategy}', jsonb_build_object('name', 'fedprox', 'proximal', "settings"->'local'->'proximal', 'statistics', coalesce("settings"->'strategy'->'statistics', '"average"'::jsonb))) WHERE ("settings"->'local'->>'proximal')::double precision > 0;--> statement-breakpoint
UPDATE "federation" SET "settings" = "settings" #- '{local,proximal}';
