CREATE TABLE `public_log` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` text NOT NULL,
	`event` text NOT NULL,
	`article_id` text NOT NULL,
	`mark` text NOT NULL,
	CONSTRAINT "public_log_event" CHECK("public_log"."event" IN ('published', 'updated', 'corrected', 'withdrawn', 'erased'))
);
--> statement-breakpoint
ALTER TABLE `snapshots` ADD `public_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What readers have now is told of in the order in which it was made.
INSERT INTO `public_log` (`at`, `event`, `article_id`, `mark`) SELECT s.`made_at`, CASE WHEN s.`withdrawn_at` IS NULL THEN 'published' WHEN EXISTS (SELECT 1 FROM `erasures` AS e WHERE e.`kind` = 'article' AND e.`resource_id` = s.`article_id`) THEN 'erased' ELSE 'withdrawn' END, s.`article_id`, lower(hex(randomblob(4))) FROM `snapshots` AS s ORDER BY s.`made_at`, s.`article_id`;
--> statement-breakpoint
UPDATE `snapshots` SET `public_seq` = l.`seq` FROM `public_log` AS l WHERE l.`article_id` = `snapshots`.`article_id`;
--> statement-breakpoint
CREATE UNIQUE INDEX `snapshots_by_public_seq` ON `snapshots` (`public_seq`);
--> statement-breakpoint
-- Whoever changes what readers get tells of it, in the same commit.
CREATE TRIGGER `snapshots_insert_told` BEFORE INSERT ON `snapshots` WHEN NOT EXISTS (SELECT 1 FROM `public_log` WHERE `seq` = NEW.`public_seq` AND `article_id` = NEW.`article_id`) BEGIN SELECT RAISE(ABORT, 'what readers get is not to change untold'); END;
--> statement-breakpoint
CREATE TRIGGER `snapshots_update_told` BEFORE UPDATE ON `snapshots` WHEN (NEW.`etag` IS NOT OLD.`etag` OR NEW.`withdrawn_at` IS NOT OLD.`withdrawn_at`) AND (NEW.`public_seq` <= OLD.`public_seq` OR NOT EXISTS (SELECT 1 FROM `public_log` WHERE `seq` = NEW.`public_seq` AND `article_id` = NEW.`article_id`)) BEGIN SELECT RAISE(ABORT, 'what readers get is not to change untold'); END;
--> statement-breakpoint
CREATE TRIGGER `public_log_no_update` BEFORE UPDATE ON `public_log` BEGIN SELECT RAISE(ABORT, 'public_log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `public_log_keeps_last` BEFORE DELETE ON `public_log` WHEN OLD.`seq` = (SELECT max(`seq`) FROM `public_log`) BEGIN SELECT RAISE(ABORT, 'the last entry of public_log stays'); END;
