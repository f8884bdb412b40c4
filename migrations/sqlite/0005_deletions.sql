DROP INDEX `articles_slug`;--> statement-breakpoint
CREATE UNIQUE INDEX `articles_slug` ON `articles` (`slug`) WHERE "articles"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX `embeds_deleted_by_update` ON `embeds` (`updated_at`,`id`) WHERE "embeds"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `images_deleted_by_update` ON `images` (`updated_at`,`id`) WHERE "images"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `quotes_deleted_by_update` ON `quotes` (`updated_at`,`id`) WHERE "quotes"."deleted_at" IS NOT NULL;