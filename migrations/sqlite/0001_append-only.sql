-- History is only ever added to, and an address that readers have seen stays its story's.
CREATE TRIGGER `revisions_no_update` BEFORE UPDATE ON `revisions` BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `revisions_no_delete` BEFORE DELETE ON `revisions` BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `changes_no_update` BEFORE UPDATE ON `changes` BEGIN SELECT RAISE(ABORT, 'changes is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `changes_no_delete` BEFORE DELETE ON `changes` BEGIN SELECT RAISE(ABORT, 'changes is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `slugs_published_no_delete` BEFORE DELETE ON `slugs` WHEN OLD.`published` = 1 BEGIN SELECT RAISE(ABORT, 'a published slug stays'); END;
--> statement-breakpoint
CREATE TRIGGER `slugs_published_no_update` BEFORE UPDATE ON `slugs` WHEN OLD.`published` = 1 AND (NEW.`slug` <> OLD.`slug` OR NEW.`article_id` <> OLD.`article_id` OR NEW.`published` <> 1) BEGIN SELECT RAISE(ABORT, 'a published slug stays'); END;
