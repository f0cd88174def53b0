CREATE TABLE "redo_position" (
	"id" integer PRIMARY KEY NOT NULL,
	"entry" bigint NOT NULL
);
