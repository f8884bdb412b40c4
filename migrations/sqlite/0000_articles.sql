CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`revoked_at` text,
	CONSTRAINT "api_keys_role" CHECK("api_keys"."role" IN ('viewer', 'editor', 'publisher', 'admin'))
);
--> statement-breakpoint
CREATE TABLE `article_tags` (
	`article_id` text NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`article_id`, `tag`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`tag`) REFERENCES `tags`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `article_tags_by_tag` ON `article_tags` (`tag`);--> statement-breakpoint
CREATE TABLE `articles` (
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
	FOREIGN KEY (`translation_of`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`desk`) REFERENCES `desks`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`lead_image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "articles_version" CHECK("articles"."version" >= 1 AND "articles"."content_version" BETWEEN 1 AND "articles"."version"),
	CONSTRAINT "articles_stage" CHECK("articles"."stage" IN ('draft', 'review', 'ready')),
	CONSTRAINT "articles_state" CHECK("articles"."state" IN ('unpublished', 'live', 'withdrawn')),
	CONSTRAINT "articles_publication" CHECK(("articles"."state" = 'unpublished') = ("articles"."live_version" IS NULL) AND ("articles"."state" = 'withdrawn') = ("articles"."withdrawn_at" IS NOT NULL) AND ("articles"."live_version" IS NULL) = ("articles"."published_at" IS NULL) AND ("articles"."published_at" IS NULL) = ("articles"."first_published_at" IS NULL)),
	CONSTRAINT "articles_deleted" CHECK("articles"."deleted_at" IS NULL OR "articles"."state" <> 'live')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `articles_slug` ON `articles` (`slug`);--> statement-breakpoint
CREATE INDEX `articles_by_update` ON `articles` (`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`action` text NOT NULL,
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	`version` integer NOT NULL,
	`article_id` text,
	`public` integer NOT NULL,
	CONSTRAINT "changes_public_flag" CHECK("changes"."public" IN (0, 1)),
	CONSTRAINT "changes_public_article" CHECK("changes"."public" = 0 OR "changes"."article_id" IS NOT NULL)
);
--> statement-breakpoint
CREATE INDEX `changes_of_resource` ON `changes` (`kind`,`resource_id`,`seq`);--> statement-breakpoint
CREATE INDEX `changes_public` ON `changes` (`seq`) WHERE "changes"."public" = 1;--> statement-breakpoint
CREATE TABLE `desks` (
	`key` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `embeds` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`deleted_at` text,
	`kind` text NOT NULL,
	`provider` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`url` text,
	`embed_url` text,
	`duration` text,
	`published_at` text,
	`thumbnail_image_id` text,
	`aspect_ratio` text,
	`transcript` text,
	`captions_url` text,
	FOREIGN KEY (`thumbnail_image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "embeds_version" CHECK("embeds"."version" >= 1),
	CONSTRAINT "embeds_kind" CHECK("embeds"."kind" IN ('video', 'audio', 'social', 'interactive', 'document'))
);
--> statement-breakpoint
CREATE INDEX `embeds_by_update` ON `embeds` (`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `images` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`deleted_at` text,
	`alt` text,
	`decorative` integer NOT NULL,
	`caption` text,
	`credit_line` text,
	`photographer` text,
	`agency` text,
	`copyright_notice` text,
	`usage_terms` text,
	`taken_at` text,
	`location` text,
	`focal_point` text,
	`source_url` text,
	CONSTRAINT "images_version" CHECK("images"."version" >= 1),
	CONSTRAINT "images_decorative" CHECK("images"."decorative" IN (0, 1))
);
--> statement-breakpoint
CREATE INDEX `images_by_update` ON `images` (`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `library_snapshots` (
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	`etag` text NOT NULL,
	`made_at` text NOT NULL,
	`speaker` text,
	`body` text NOT NULL,
	PRIMARY KEY(`kind`, `resource_id`),
	CONSTRAINT "library_snapshots_kind" CHECK("library_snapshots"."kind" IN ('image', 'quote', 'embed'))
);
--> statement-breakpoint
CREATE INDEX `library_snapshots_by_speaker` ON `library_snapshots` (`speaker`,`resource_id`) WHERE "library_snapshots"."speaker" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `quotes` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`deleted_at` text,
	`text` text NOT NULL,
	`speaker` text,
	`context` text,
	`said_at` text,
	`language` text NOT NULL,
	`source_url` text,
	CONSTRAINT "quotes_version" CHECK("quotes"."version" >= 1)
);
--> statement-breakpoint
CREATE INDEX `quotes_by_update` ON `quotes` (`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `revisions` (
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	`version` integer NOT NULL,
	`article_id` text,
	`article_version` integer,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`action` text NOT NULL,
	`fields` text NOT NULL,
	`content` text,
	PRIMARY KEY(`kind`, `resource_id`, `version`),
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "revisions_kind" CHECK("revisions"."kind" IN ('article', 'section', 'image', 'quote', 'embed')),
	CONSTRAINT "revisions_article" CHECK(("revisions"."kind" IN ('article', 'section')) = ("revisions"."article_id" IS NOT NULL AND "revisions"."article_version" IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX `revisions_of_article` ON `revisions` (`article_id`,`kind`,`resource_id`,`article_version`);--> statement-breakpoint
CREATE TABLE `sections` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`deleted_at` text,
	`article_id` text NOT NULL,
	`heading` text,
	`anchor` text NOT NULL,
	`anchor_fixed` integer NOT NULL,
	`blocks` text NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "sections_version" CHECK("sections"."version" >= 1),
	CONSTRAINT "sections_anchor_fixed" CHECK("sections"."anchor_fixed" IN (0, 1))
);
--> statement-breakpoint
CREATE INDEX `sections_of_article` ON `sections` (`article_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `sections_anchor` ON `sections` (`article_id`,`anchor`) WHERE "sections"."deleted_at" IS NULL;--> statement-breakpoint
CREATE TABLE `slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`article_id` text NOT NULL,
	`published` integer NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "slugs_published" CHECK("slugs"."published" IN (0, 1))
);
--> statement-breakpoint
CREATE INDEX `slugs_of_article` ON `slugs` (`article_id`);--> statement-breakpoint
CREATE TABLE `snapshots` (
	`article_id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`language` text NOT NULL,
	`headline` text NOT NULL,
	`published_at` text NOT NULL,
	`withdrawn_at` text,
	`etag` text NOT NULL,
	`made_at` text NOT NULL,
	`summary` text,
	`body` blob,
	FOREIGN KEY (`article_id`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "snapshots_withdrawn" CHECK(("snapshots"."withdrawn_at" IS NULL) = ("snapshots"."body" IS NOT NULL) AND ("snapshots"."body" IS NULL) = ("snapshots"."summary" IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshots_slug` ON `snapshots` (`slug`);--> statement-breakpoint
CREATE INDEX `snapshots_by_publication` ON `snapshots` (`published_at`,`article_id`) WHERE "snapshots"."withdrawn_at" IS NULL;--> statement-breakpoint
CREATE TABLE `tags` (
	`key` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `where_used` (
	`scope` text NOT NULL,
	`user_kind` text NOT NULL,
	`user_id` text NOT NULL,
	`section_id` text NOT NULL,
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	PRIMARY KEY(`scope`, `user_kind`, `user_id`, `section_id`, `kind`, `resource_id`),
	CONSTRAINT "where_used_scope" CHECK("where_used"."scope" IN ('working', 'live', 'scheduled')),
	CONSTRAINT "where_used_user" CHECK("where_used"."user_kind" IN ('article', 'embed')),
	CONSTRAINT "where_used_kind" CHECK("where_used"."kind" IN ('article', 'image', 'quote', 'embed'))
);
--> statement-breakpoint
CREATE INDEX `where_used_of_resource` ON `where_used` (`kind`,`resource_id`,`scope`);