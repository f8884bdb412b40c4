CREATE TABLE `image_files` (
	`sha256` text NOT NULL,
	`image_id` text NOT NULL,
	PRIMARY KEY(`sha256`, `image_id`),
	FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `image_files_of_image` ON `image_files` (`image_id`);--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `images` ADD `file` text;
--> statement-breakpoint
-- Every installation signs with a secret of its own.
INSERT INTO `secrets` (`name`, `value`) VALUES ('media', lower(hex(randomblob(32))));
