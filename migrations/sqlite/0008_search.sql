CREATE TABLE `quote_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`quote_id` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quote_documents_quote` ON `quote_documents` (`quote_id`);--> statement-breakpoint
CREATE TABLE `speakers` (
	`key` text PRIMARY KEY NOT NULL,
	`story_count` integer NOT NULL,
	CONSTRAINT "speakers_story_count" CHECK("speakers"."story_count" >= 1)
);
--> statement-breakpoint
CREATE INDEX `speakers_by_stories` ON `speakers` (`story_count`,`key`);--> statement-breakpoint
CREATE TABLE `story_documents` (
	`id` integer PRIMARY KEY NOT NULL,
	`article_id` text NOT NULL,
	`published_at` text NOT NULL,
	`content_updated_at` text NOT NULL,
	`counted` text NOT NULL,
	`hash` text NOT NULL,
	FOREIGN KEY (`article_id`) REFERENCES `snapshots`(`article_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `story_documents_article` ON `story_documents` (`article_id`);--> statement-breakpoint
CREATE TABLE `story_texts` (
	`id` integer PRIMARY KEY NOT NULL,
	`texts` text NOT NULL
);

--> statement-breakpoint
-- The words are folded and set apart by spaces before they come here. Only the index is kept of them, no second copy of the texts.
CREATE VIRTUAL TABLE `story_index` USING fts5(headline, deck, body, quotes, captions, tags, bylines, facets, content='', contentless_delete=1, tokenize='ascii');
--> statement-breakpoint
CREATE VIRTUAL TABLE `quote_index` USING fts5(text, speaker, context, every, content='', contentless_delete=1, tokenize='ascii');
--> statement-breakpoint
-- What readers can see no more cannot be found any more, whatever took it from them.
CREATE TRIGGER `snapshots_withdrawn_unindexed` AFTER UPDATE OF `withdrawn_at` ON `snapshots` WHEN NEW.`withdrawn_at` IS NOT NULL BEGIN DELETE FROM `story_documents` WHERE `article_id` = NEW.`article_id`; END;
--> statement-breakpoint
CREATE TRIGGER `snapshots_deleted_unindexed` BEFORE DELETE ON `snapshots` BEGIN DELETE FROM `story_documents` WHERE `article_id` = OLD.`article_id`; END;
--> statement-breakpoint
CREATE TRIGGER `story_documents_unindexed` BEFORE DELETE ON `story_documents` BEGIN DELETE FROM `story_index` WHERE rowid = OLD.`id` AND OLD.`hash` <> ''; DELETE FROM `story_texts` WHERE `id` = OLD.`id`; END;
--> statement-breakpoint
CREATE TRIGGER `library_snapshots_unindexed` AFTER DELETE ON `library_snapshots` WHEN OLD.`kind` = 'quote' BEGIN DELETE FROM `quote_documents` WHERE `quote_id` = OLD.`resource_id`; END;
--> statement-breakpoint
CREATE TRIGGER `quote_documents_unindexed` BEFORE DELETE ON `quote_documents` BEGIN DELETE FROM `quote_index` WHERE rowid = OLD.`id` AND OLD.`hash` <> ''; END;
--> statement-breakpoint
CREATE TRIGGER `facets_speaker_counted` AFTER INSERT ON `facets` WHEN NEW.`facet` GLOB 'speaker:*' BEGIN INSERT INTO `speakers` (`key`, `story_count`) VALUES (substr(NEW.`facet`, 9), 1) ON CONFLICT (`key`) DO UPDATE SET `story_count` = `story_count` + 1; END;
--> statement-breakpoint
CREATE TRIGGER `facets_speaker_uncounted` AFTER DELETE ON `facets` WHEN OLD.`facet` GLOB 'speaker:*' BEGIN DELETE FROM `speakers` WHERE `key` = substr(OLD.`facet`, 9) AND `story_count` = 1; UPDATE `speakers` SET `story_count` = `story_count` - 1 WHERE `key` = substr(OLD.`facet`, 9); END;
--> statement-breakpoint
INSERT INTO `speakers` (`key`, `story_count`) SELECT substr(`facet`, 9), count(*) FROM `facets` WHERE `facet` >= 'speaker:' AND `facet` < 'speaker;' GROUP BY `facet`;
--> statement-breakpoint
-- Stories that are live already, and the quotes in them, come into the index as they are compiled anew, in the background.
UPDATE `snapshots` SET `format` = -1 WHERE `withdrawn_at` IS NULL;
--> statement-breakpoint
UPDATE `library_snapshots` SET `etag` = '' WHERE `kind` = 'quote';
