CREATE TABLE `corrections` (
	`id` text PRIMARY KEY NOT NULL,
	`article_id` text NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "corrections_kind" CHECK("corrections"."kind" IN ('correction', 'clarification', 'update', 'retraction'))
);
--> statement-breakpoint
CREATE INDEX `corrections_of_article` ON `corrections` (`article_id`,`id`);--> statement-breakpoint
CREATE TABLE `idempotent_answers` (
	`key_id` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`idempotency_key` text NOT NULL,
	`body_hash` text NOT NULL,
	`status` integer NOT NULL,
	`headers` text NOT NULL,
	`body` text NOT NULL,
	`at` text NOT NULL,
	PRIMARY KEY(`key_id`, `method`, `path`, `idempotency_key`),
	CONSTRAINT "idempotent_answers_status" CHECK("idempotent_answers"."status" BETWEEN 200 AND 299)
);
--> statement-breakpoint
CREATE INDEX `idempotent_answers_by_time` ON `idempotent_answers` (`at`);--> statement-breakpoint
CREATE TABLE `preview_links` (
	`id` text PRIMARY KEY NOT NULL,
	`article_id` text NOT NULL,
	`article_version` integer,
	`token_hash` text NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`expires_at` text NOT NULL,
	`revoked_at` text,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `preview_links_token` ON `preview_links` (`token_hash`);--> statement-breakpoint
CREATE INDEX `preview_links_of_article` ON `preview_links` (`article_id`,`id`);--> statement-breakpoint
CREATE TABLE `publications` (
	`article_id` text NOT NULL,
	`version` integer NOT NULL,
	`action` text NOT NULL,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`first_published_at` text NOT NULL,
	`published_at` text NOT NULL,
	`content_updated_at` text NOT NULL,
	PRIMARY KEY(`article_id`, `version`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "publications_action" CHECK("publications"."action" IN ('publish', 'withdraw'))
);
--> statement-breakpoint
CREATE INDEX `publications_by_time` ON `publications` (`article_id`,`at`);--> statement-breakpoint
CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`article_id` text NOT NULL,
	`action` text NOT NULL,
	`article_version` integer NOT NULL,
	`at` text NOT NULL,
	`request` text NOT NULL,
	`version` integer NOT NULL,
	`state` text NOT NULL,
	`failure` text,
	`settled_at` text,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "schedules_action" CHECK("schedules"."action" IN ('publish', 'withdraw')),
	CONSTRAINT "schedules_state" CHECK("schedules"."state" IN ('pending', 'done', 'failed', 'cancelled')),
	CONSTRAINT "schedules_settled" CHECK(("schedules"."state" = 'pending') = ("schedules"."settled_at" IS NULL) AND ("schedules"."state" = 'failed') = ("schedules"."failure" IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `schedules_pending` ON `schedules` (`article_id`,`action`) WHERE "schedules"."state" = 'pending';--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`at`,`id`) WHERE "schedules"."state" = 'pending';--> statement-breakpoint
CREATE INDEX `schedules_of_article` ON `schedules` (`article_id`,`id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_articles` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`deleted_at` text,
	`slug` text NOT NULL,
	`language` text NOT NULL,
	`translation_of` text,
	`kicker` text,
	`headline` text,
	`short_headline` text,
	`deck` text,
	`summary` text,
	`slugline` text,
	`seo` text,
	`desk` text NOT NULL,
	`tags` text NOT NULL,
	`bylines` text NOT NULL,
	`sources` text NOT NULL,
	`dateline` text,
	`lead_image_id` text,
	`related` text NOT NULL,
	`internal_note` text,
	`stage` text NOT NULL,
	`section_ids` text NOT NULL,
	`content_version` integer NOT NULL,
	`state` text NOT NULL,
	`first_published_at` text,
	`published_at` text,
	`content_updated_at` text,
	`withdrawn_at` text,
	`live_version` integer,
	`embargoed_until` text,
	`embargo_reason` text,
	`scheduled_for` text,
	`schedule_failure` text,
	FOREIGN KEY (`translation_of`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`desk`) REFERENCES `desks`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`lead_image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "articles_version" CHECK("__new_articles"."version" >= 1 AND "__new_articles"."content_version" BETWEEN 1 AND "__new_articles"."version"),
	CONSTRAINT "articles_stage" CHECK("__new_articles"."stage" IN ('draft', 'review', 'ready')),
	CONSTRAINT "articles_state" CHECK("__new_articles"."state" IN ('unpublished', 'live', 'withdrawn')),
	CONSTRAINT "articles_publication" CHECK(("__new_articles"."state" = 'unpublished') = ("__new_articles"."live_version" IS NULL) AND ("__new_articles"."state" = 'withdrawn') = ("__new_articles"."withdrawn_at" IS NOT NULL) AND ("__new_articles"."live_version" IS NULL) = ("__new_articles"."published_at" IS NULL) AND ("__new_articles"."published_at" IS NULL) = ("__new_articles"."first_published_at" IS NULL)),
	CONSTRAINT "articles_deleted" CHECK("__new_articles"."deleted_at" IS NULL OR ("__new_articles"."state" <> 'live' AND "__new_articles"."scheduled_for" IS NULL)),
	CONSTRAINT "articles_embargo" CHECK(("__new_articles"."embargoed_until" IS NULL) = ("__new_articles"."embargo_reason" IS NULL))
);
--> statement-breakpoint
INSERT INTO `__new_articles`("id", "version", "created_at", "created_by_key", "created_by_actor", "updated_at", "updated_by_key", "updated_by_actor", "deleted_at", "slug", "language", "translation_of", "kicker", "headline", "short_headline", "deck", "summary", "slugline", "seo", "desk", "tags", "bylines", "sources", "dateline", "lead_image_id", "related", "internal_note", "stage", "section_ids", "content_version", "state", "first_published_at", "published_at", "content_updated_at", "withdrawn_at", "live_version", "embargoed_until", "embargo_reason", "scheduled_for", "schedule_failure") SELECT "id", "version", "created_at", "created_by_key", "created_by_actor", "updated_at", "updated_by_key", "updated_by_actor", "deleted_at", "slug", "language", "translation_of", "kicker", "headline", "short_headline", "deck", "summary", "slugline", "seo", "desk", "tags", "bylines", "sources", "dateline", "lead_image_id", "related", "internal_note", "stage", "section_ids", "content_version", "state", "first_published_at", "published_at", "content_updated_at", "withdrawn_at", "live_version", NULL, NULL, NULL, NULL FROM `articles`;--> statement-breakpoint
DROP TABLE `articles`;--> statement-breakpoint
ALTER TABLE `__new_articles` RENAME TO `articles`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `articles_slug` ON `articles` (`slug`);--> statement-breakpoint
CREATE INDEX `articles_by_update` ON `articles` (`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_stage` ON `articles` (`stage`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_state` ON `articles` (`state`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_actor` ON `articles` (`updated_by_actor`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_key` ON `articles` (`updated_by_key`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_scheduled` ON `articles` (`scheduled_for`,`id`) WHERE "articles"."scheduled_for" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `articles_deleted_by_update` ON `articles` (`updated_at`,`id`) WHERE "articles"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX `articles_by_creation` ON `articles` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_publication` ON `articles` (`published_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_desk` ON `articles` (`desk`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `changes_of_article` ON `changes` (`article_id`,`seq`);--> statement-breakpoint
CREATE INDEX `changes_of_actor` ON `changes` (`by_actor`,`seq`);--> statement-breakpoint
CREATE INDEX `changes_of_key` ON `changes` (`by_key`,`seq`);--> statement-breakpoint
CREATE INDEX `changes_of_action` ON `changes` (`action`,`seq`);--> statement-breakpoint
CREATE INDEX `changes_by_time` ON `changes` (`at`,`seq`);
--> statement-breakpoint
-- What publications there were is told by the revisions that they left.
INSERT INTO `publications` (`article_id`, `version`, `action`, `at`, `by_key`, `by_actor`, `first_published_at`, `published_at`, `content_updated_at`) SELECT r.`resource_id`, r.`version`, r.`action`, r.`at`, r.`by_key`, r.`by_actor`, a.`first_published_at`, a.`published_at`, coalesce(a.`content_updated_at`, a.`published_at`) FROM `revisions` AS r JOIN `articles` AS a ON a.`id` = r.`resource_id` WHERE r.`kind` = 'article' AND r.`action` IN ('publish', 'withdraw') AND a.`published_at` IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER `publications_no_update` BEFORE UPDATE ON `publications` BEGIN SELECT RAISE(ABORT, 'publications is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `publications_no_delete` BEFORE DELETE ON `publications` BEGIN SELECT RAISE(ABORT, 'publications is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `corrections_no_update` BEFORE UPDATE ON `corrections` WHEN NOT EXISTS (SELECT 1 FROM `erasures` WHERE `done` = 0) OR NEW.`id` IS NOT OLD.`id` OR NEW.`article_id` IS NOT OLD.`article_id` OR NEW.`kind` IS NOT OLD.`kind` OR NEW.`at` IS NOT OLD.`at` OR NEW.`by_key` IS NOT OLD.`by_key` OR NEW.`by_actor` IS NOT OLD.`by_actor` BEGIN SELECT RAISE(ABORT, 'corrections is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `corrections_no_delete` BEFORE DELETE ON `corrections` BEGIN SELECT RAISE(ABORT, 'corrections is append-only'); END;
