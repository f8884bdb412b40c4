PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_publications` (
	`article_id` text NOT NULL,
	`version` integer NOT NULL,
	`action` text NOT NULL,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`first_published_at` text NOT NULL,
	`published_at` text NOT NULL,
	`content_updated_at` text NOT NULL,
	`content_version` integer NOT NULL,
	PRIMARY KEY(`article_id`, `version`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "publications_action" CHECK("__new_publications"."action" IN ('publish', 'withdraw')),
	CONSTRAINT "publications_content" CHECK("__new_publications"."content_version" BETWEEN 1 AND "__new_publications"."version")
);
--> statement-breakpoint
INSERT INTO `__new_publications`("article_id", "version", "action", "at", "by_key", "by_actor", "first_published_at", "published_at", "content_updated_at", "content_version") SELECT "article_id", "version", "action", "at", "by_key", "by_actor", "first_published_at", "published_at", "content_updated_at", coalesce((SELECT max(p."version") FROM `publications` AS p WHERE p."article_id" = `publications`."article_id" AND p."action" = 'publish' AND p."version" <= `publications`."version"), "version") FROM `publications`;--> statement-breakpoint
DROP TABLE `publications`;--> statement-breakpoint
ALTER TABLE `__new_publications` RENAME TO `publications`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `publications_by_time` ON `publications` (`article_id`,`at`);--> statement-breakpoint
ALTER TABLE `revisions` ADD `reason` text;--> statement-breakpoint
CREATE INDEX `schedules_by_time` ON `schedules` (`at`,`id`);
--> statement-breakpoint
-- The table that bore them is gone.
CREATE TRIGGER `publications_no_update` BEFORE UPDATE ON `publications` BEGIN SELECT RAISE(ABORT, 'publications is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `publications_no_delete` BEFORE DELETE ON `publications` BEGIN SELECT RAISE(ABORT, 'publications is append-only'); END;
