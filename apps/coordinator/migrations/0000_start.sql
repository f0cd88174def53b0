CREATE TABLE "client" (
	"federation" text NOT NULL,
	"id" text NOT NULL,
	"public_key" text NOT NULL,
	"alias" text NOT NULL,
	"device_name" text NOT NULL,
	"backend" text NOT NULL,
	"images_per_second" double precision NOT NULL,
	"images" integer NOT NULL,
	"invite" text NOT NULL,
	"token_hash" text NOT NULL,
	"first_seen" bigint NOT NULL,
	"last_seen" bigint NOT NULL,
	"bytes_up" bigint DEFAULT 0 NOT NULL,
	"bytes_down" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "client_federation_id_pk" PRIMARY KEY("federation","id")
);
--> statement-breakpoint
CREATE TABLE "contribution" (
	"federation" text NOT NULL,
	"session" integer NOT NULL,
	"client" text NOT NULL,
	"alias" text NOT NULL,
	"outcome" text NOT NULL,
	"weight" double precision,
	"images" integer,
	"loss" double precision,
	"train_seconds" double precision,
	"local" jsonb,
	CONSTRAINT "contribution_federation_session_client_pk" PRIMARY KEY("federation","session","client")
);
--> statement-breakpoint
CREATE TABLE "evaluation" (
	"federation" text NOT NULL,
	"session" integer NOT NULL,
	"client" text NOT NULL,
	"evaluation" jsonb,
	CONSTRAINT "evaluation_federation_session_client_pk" PRIMARY KEY("federation","session","client")
);
--> statement-breakpoint
CREATE TABLE "federation" (
	"id" text PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"initial_model" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invite" (
	"id" text PRIMARY KEY NOT NULL,
	"federation" text NOT NULL,
	"label" text NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"revoked" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model" (
	"sha256" text PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL,
	"layout" jsonb NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_event" (
	"id" serial PRIMARY KEY NOT NULL,
	"federation" text NOT NULL,
	"at" bigint NOT NULL,
	"level" text NOT NULL,
	"kind" text NOT NULL,
	"message" text NOT NULL,
	"round" integer,
	"client" text
);
--> statement-breakpoint
CREATE TABLE "run_state" (
	"federation" text PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"federation" text NOT NULL,
	"session" integer NOT NULL,
	"round" integer NOT NULL,
	"outcome" text NOT NULL,
	"cohort" jsonb NOT NULL,
	"base_model" text NOT NULL,
	"started_at" bigint NOT NULL,
	"trained_at" bigint,
	"aggregated_at" bigint,
	"closed_at" bigint,
	"config" jsonb,
	"model" text,
	"published" jsonb,
	"bytes_up" bigint DEFAULT 0 NOT NULL,
	"bytes_down" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "session_federation_session_pk" PRIMARY KEY("federation","session")
);
--> statement-breakpoint
ALTER TABLE "client" ADD CONSTRAINT "client_federation_federation_id_fk" FOREIGN KEY ("federation") REFERENCES "public"."federation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "federation" ADD CONSTRAINT "federation_initial_model_model_sha256_fk" FOREIGN KEY ("initial_model") REFERENCES "public"."model"("sha256") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invite" ADD CONSTRAINT "invite_federation_federation_id_fk" FOREIGN KEY ("federation") REFERENCES "public"."federation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_event" ADD CONSTRAINT "run_event_federation_federation_id_fk" FOREIGN KEY ("federation") REFERENCES "public"."federation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_state" ADD CONSTRAINT "run_state_federation_federation_id_fk" FOREIGN KEY ("federation") REFERENCES "public"."federation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_federation_federation_id_fk" FOREIGN KEY ("federation") REFERENCES "public"."federation"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_event_of" ON "run_event" USING btree ("federation","id");