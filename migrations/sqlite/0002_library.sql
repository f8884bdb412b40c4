CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	`reason` text NOT NULL,
	`done` integer NOT NULL,
	CONSTRAINT "erasures_kind" CHECK("erasures"."kind" IN ('article', 'image', 'quote', 'embed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `erasures_of_resource` ON `erasures` (`kind`,`resource_id`);--> statement-breakpoint
CREATE TABLE `facets` (
	`article_id` text NOT NULL,
	`facet` text NOT NULL,
	`published_at` text NOT NULL,
	`content_updated_at` text NOT NULL,
	PRIMARY KEY(`article_id`, `facet`),
	FOREIGN KEY (`article_id`) REFERENCES `snapshots`(`article_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `facets_by_publication` ON `facets` (`facet`,`published_at`,`article_id`,`content_updated_at`);--> statement-breakpoint
CREATE INDEX `facets_by_update` ON `facets` (`facet`,`content_updated_at`,`article_id`,`published_at`);--> statement-breakpoint
CREATE TABLE `propagations` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	`started_at` text NOT NULL,
	`by_key` text,
	`by_actor` text,
	`total` integer NOT NULL,
	`done` integer NOT NULL,
	`cursor` text NOT NULL,
	`finished_at` text,
	CONSTRAINT "propagations_kind" CHECK("propagations"."kind" IN ('article', 'image', 'quote', 'embed', 'desk', 'tag', 'format')),
	CONSTRAINT "propagations_done" CHECK("propagations"."done" >= 0 AND "propagations"."total" >= 0)
);
--> statement-breakpoint
CREATE INDEX `propagations_unfinished` ON `propagations` (`id`) WHERE "propagations"."finished_at" IS NULL;--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_revisions` (
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
	CONSTRAINT "revisions_kind" CHECK("__new_revisions"."kind" IN ('article', 'section', 'image', 'quote', 'embed', 'desk', 'tag')),
	CONSTRAINT "revisions_article" CHECK(("__new_revisions"."kind" IN ('article', 'section')) = ("__new_revisions"."article_id" IS NOT NULL AND "__new_revisions"."article_version" IS NOT NULL))
);
--> statement-breakpoint
INSERT INTO `__new_revisions`("kind", "resource_id", "version", "article_id", "article_version", "at", "by_key", "by_actor", "action", "fields", "content") SELECT "kind", "resource_id", "version", "article_id", "article_version", "at", "by_key", "by_actor", "action", "fields", "content" FROM `revisions`;--> statement-breakpoint
DROP TABLE `revisions`;--> statement-breakpoint
ALTER TABLE `__new_revisions` RENAME TO `revisions`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `revisions_of_article` ON `revisions` (`article_id`,`kind`,`resource_id`,`article_version`);--> statement-breakpoint
CREATE TABLE `__new_where_used` (
	`scope` text NOT NULL,
	`user_kind` text NOT NULL,
	`user_id` text NOT NULL,
	`section_id` text NOT NULL,
	`kind` text NOT NULL,
	`resource_id` text NOT NULL,
	PRIMARY KEY(`scope`, `user_kind`, `user_id`, `section_id`, `kind`, `resource_id`),
	CONSTRAINT "where_used_scope" CHECK("__new_where_used"."scope" IN ('working', 'live', 'scheduled')),
	CONSTRAINT "where_used_user" CHECK("__new_where_used"."user_kind" IN ('article', 'embed')),
	CONSTRAINT "where_used_kind" CHECK("__new_where_used"."kind" IN ('article', 'image', 'quote', 'embed', 'desk', 'tag'))
);
--> statement-breakpoint
INSERT INTO `__new_where_used`("scope", "user_kind", "user_id", "section_id", "kind", "resource_id") SELECT "scope", "user_kind", "user_id", "section_id", "kind", "resource_id" FROM `where_used`;--> statement-breakpoint
DROP TABLE `where_used`;--> statement-breakpoint
ALTER TABLE `__new_where_used` RENAME TO `where_used`;--> statement-breakpoint
CREATE INDEX `where_used_of_resource` ON `where_used` (`kind`,`resource_id`,`scope`,`user_id`);--> statement-breakpoint
DROP INDEX `snapshots_by_publication`;--> statement-breakpoint
ALTER TABLE `snapshots` ADD `format` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `snapshots_by_format` ON `snapshots` (`format`,`article_id`) WHERE "snapshots"."withdrawn_at" IS NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `last_used_at` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `rotated_from` text REFERENCES api_keys(id);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_rotated_from` ON `api_keys` (`rotated_from`);--> statement-breakpoint
CREATE TABLE `__new_desks` (
	`key` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`live_stories` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "desks_version" CHECK("__new_desks"."version" >= 1 AND "__new_desks"."live_stories" >= 0)
);
--> statement-breakpoint
INSERT INTO `__new_desks`("key", "name", "version", "created_at", "created_by_key", "created_by_actor", "updated_at", "updated_by_key", "updated_by_actor") SELECT "key", "name", 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL FROM `desks`;--> statement-breakpoint
DROP TABLE `desks`;--> statement-breakpoint
ALTER TABLE `__new_desks` RENAME TO `desks`;--> statement-breakpoint
CREATE TABLE `__new_tags` (
	`key` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`live_stories` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "tags_version" CHECK("__new_tags"."version" >= 1 AND "__new_tags"."live_stories" >= 0)
);
--> statement-breakpoint
INSERT INTO `__new_tags`("key", "name", "version", "created_at", "created_by_key", "created_by_actor", "updated_at", "updated_by_key", "updated_by_actor") SELECT "key", "name", 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), NULL, NULL FROM `tags`;--> statement-breakpoint
DROP TABLE `tags`;--> statement-breakpoint
ALTER TABLE `__new_tags` RENAME TO `tags`;--> statement-breakpoint
CREATE INDEX `articles_by_creation` ON `articles` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_by_publication` ON `articles` (`published_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_of_desk` ON `articles` (`desk`,`updated_at`,`id`);
--> statement-breakpoint
-- Desks and tags have versions now, and so a first revision.
INSERT INTO `revisions` (`kind`, `resource_id`, `version`, `at`, `action`, `fields`, `content`) SELECT 'desk', `key`, 1, `created_at`, 'create', '[]', json_object('name', `name`) FROM `desks`;
--> statement-breakpoint
INSERT INTO `revisions` (`kind`, `resource_id`, `version`, `at`, `action`, `fields`, `content`) SELECT 'tag', `key`, 1, `created_at`, 'create', '[]', json_object('name', `name`) FROM `tags`;
--> statement-breakpoint
-- Which live stories show the name of which desk and tag.
INSERT INTO `where_used` (`scope`, `user_kind`, `user_id`, `section_id`, `kind`, `resource_id`) SELECT 'live', 'article', `article_id`, '', 'desk', json_extract(`summary`, '$.desk.key') FROM `snapshots` WHERE `withdrawn_at` IS NULL;
--> statement-breakpoint
INSERT INTO `where_used` (`scope`, `user_kind`, `user_id`, `section_id`, `kind`, `resource_id`) SELECT 'live', 'article', `article_id`, '', 'tag', json_extract(tag.`value`, '$.key') FROM `snapshots`, json_each(`summary`, '$.tags') AS tag WHERE `withdrawn_at` IS NULL;
--> statement-breakpoint
UPDATE `desks` SET `live_stories` = (SELECT count(*) FROM `where_used` WHERE `scope` = 'live' AND `kind` = 'desk' AND `resource_id` = `desks`.`key`);
--> statement-breakpoint
UPDATE `tags` SET `live_stories` = (SELECT count(*) FROM `where_used` WHERE `scope` = 'live' AND `kind` = 'tag' AND `resource_id` = `tags`.`key`);
--> statement-breakpoint
-- An image block may crop its image now.
UPDATE `sections` SET `blocks` = (SELECT json_group_array(json(CASE WHEN json_extract(block.`value`, '$.type') = 'image' THEN json_insert(block.`value`, '$.crop', NULL) ELSE block.`value` END)) FROM json_each(`sections`.`blocks`) AS block) WHERE `blocks` LIKE '%"image"%';
--> statement-breakpoint
UPDATE `revisions` SET `content` = json_set(`content`, '$.blocks', json((SELECT json_group_array(json(CASE WHEN json_extract(block.`value`, '$.type') = 'image' THEN json_insert(block.`value`, '$.crop', NULL) ELSE block.`value` END)) FROM json_each(`revisions`.`content`, '$.blocks') AS block))) WHERE `kind` = 'section' AND `content` LIKE '%"image"%';
--> statement-breakpoint
-- The triggers of a rebuilt table went with it. History is only ever added to, but for an erasure, which keeps number, time and actor.
CREATE TRIGGER `revisions_no_update` BEFORE UPDATE ON `revisions` WHEN NOT EXISTS (SELECT 1 FROM `erasures` WHERE `done` = 0) OR NEW.`kind` IS NOT OLD.`kind` OR NEW.`resource_id` IS NOT OLD.`resource_id` OR NEW.`version` IS NOT OLD.`version` OR NEW.`article_id` IS NOT OLD.`article_id` OR NEW.`article_version` IS NOT OLD.`article_version` OR NEW.`at` IS NOT OLD.`at` OR NEW.`by_key` IS NOT OLD.`by_key` OR NEW.`by_actor` IS NOT OLD.`by_actor` OR NEW.`action` IS NOT OLD.`action` BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `revisions_no_delete` BEFORE DELETE ON `revisions` BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
--> statement-breakpoint
DROP TRIGGER `slugs_published_no_delete`;
--> statement-breakpoint
CREATE TRIGGER `slugs_published_no_delete` BEFORE DELETE ON `slugs` WHEN OLD.`published` = 1 AND NOT EXISTS (SELECT 1 FROM `erasures` WHERE `kind` = 'article' AND `resource_id` = OLD.`article_id` AND `done` = 0) BEGIN SELECT RAISE(ABORT, 'a published slug stays'); END;
--> statement-breakpoint
CREATE TRIGGER `erasures_no_update` BEFORE UPDATE ON `erasures` WHEN NOT (OLD.`done` = 0 AND NEW.`done` = 1 AND NEW.`kind` = OLD.`kind` AND NEW.`resource_id` = OLD.`resource_id` AND NEW.`at` = OLD.`at` AND NEW.`reason` = OLD.`reason` AND NEW.`by_key` IS OLD.`by_key` AND NEW.`by_actor` IS OLD.`by_actor`) BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `erasures_no_delete` BEFORE DELETE ON `erasures` BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
