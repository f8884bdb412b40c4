PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_facets` (
	`article_id` text NOT NULL,
	`facet` text NOT NULL,
	`published_at` text NOT NULL,
	`content_updated_at` text,
	PRIMARY KEY(`article_id`, `facet`),
	FOREIGN KEY (`article_id`) REFERENCES `snapshots`(`article_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
-- The time of the update stays with what lists by update are read by: the whole, a desk, a tag, a language; not with two of them together.
INSERT INTO `__new_facets`("article_id", "facet", "published_at", "content_updated_at") SELECT "article_id", "facet", "published_at", CASE WHEN "facet" = 'all' OR (instr("facet", ' ') = 0 AND ("facet" GLOB 'desk:*' OR "facet" GLOB 'tag:*' OR "facet" GLOB 'language:*')) THEN "content_updated_at" END FROM `facets`;--> statement-breakpoint
DROP TABLE `facets`;--> statement-breakpoint
ALTER TABLE `__new_facets` RENAME TO `facets`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `facets_by_publication` ON `facets` (`facet`,`published_at`,`article_id`);--> statement-breakpoint
CREATE INDEX `facets_by_update` ON `facets` (`facet`,`content_updated_at`,`article_id`,`published_at`) WHERE "facets"."content_updated_at" IS NOT NULL;--> statement-breakpoint
-- The triggers of a rebuilt table went with it.
CREATE TRIGGER `facets_speaker_counted` AFTER INSERT ON `facets` WHEN NEW.`facet` GLOB 'speaker:*' BEGIN INSERT INTO `speakers` (`key`, `story_count`) VALUES (substr(NEW.`facet`, 9), 1) ON CONFLICT (`key`) DO UPDATE SET `story_count` = `story_count` + 1; END;
--> statement-breakpoint
CREATE TRIGGER `facets_speaker_uncounted` AFTER DELETE ON `facets` WHEN OLD.`facet` GLOB 'speaker:*' BEGIN DELETE FROM `speakers` WHERE `key` = substr(OLD.`facet`, 9) AND `story_count` = 1; UPDATE `speakers` SET `story_count` = `story_count` - 1 WHERE `key` = substr(OLD.`facet`, 9); END;
