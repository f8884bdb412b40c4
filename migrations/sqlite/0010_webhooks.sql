CREATE TABLE `webhook_attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_seq` integer NOT NULL,
	`at` text NOT NULL,
	`duration_ms` integer NOT NULL,
	`status` integer,
	`error` text,
	`response` text,
	FOREIGN KEY (`delivery_seq`) REFERENCES `webhook_deliveries`(`seq`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `webhook_attempts_of_delivery` ON `webhook_attempts` (`delivery_seq`,`id`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`type` text NOT NULL,
	`public_seq` integer,
	`article_id` text,
	`at` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` text,
	`claim` text,
	`settled_at` text,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "webhook_deliveries_state" CHECK("webhook_deliveries"."state" IN ('waiting', 'delivered', 'dead')),
	CONSTRAINT "webhook_deliveries_due" CHECK(("webhook_deliveries"."state" = 'waiting') = ("webhook_deliveries"."due_at" IS NOT NULL)),
	CONSTRAINT "webhook_deliveries_settled" CHECK(("webhook_deliveries"."state" = 'waiting') = ("webhook_deliveries"."settled_at" IS NULL)),
	CONSTRAINT "webhook_deliveries_ping" CHECK(("webhook_deliveries"."type" = 'ping') = ("webhook_deliveries"."public_seq" IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`webhook_id`,`public_seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`due_at`,`seq`) WHERE "webhook_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_waiting` ON `webhook_deliveries` (`webhook_id`,`article_id`,`seq`) WHERE "webhook_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_of_webhook` ON `webhook_deliveries` (`webhook_id`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_of_state` ON `webhook_deliveries` (`webhook_id`,`state`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_of_article` ON `webhook_deliveries` (`article_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_settled` ON `webhook_deliveries` (`settled_at`) WHERE "webhook_deliveries"."settled_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`created_by_key` text,
	`created_by_actor` text,
	`updated_at` text NOT NULL,
	`updated_by_key` text,
	`updated_by_actor` text,
	`url` text NOT NULL,
	`description` text,
	`events` text NOT NULL,
	`state` text NOT NULL,
	`disabled_reason` text,
	`secret` text NOT NULL,
	`former_secret` text,
	`former_secret_until` text,
	`reached_seq` integer NOT NULL,
	CONSTRAINT "webhooks_version" CHECK("webhooks"."version" >= 1),
	CONSTRAINT "webhooks_state" CHECK("webhooks"."state" IN ('enabled', 'disabled')),
	CONSTRAINT "webhooks_disabled" CHECK(("webhooks"."state" = 'disabled') = ("webhooks"."disabled_reason" IS NOT NULL)),
	CONSTRAINT "webhooks_former_secret" CHECK(("webhooks"."former_secret" IS NULL) = ("webhooks"."former_secret_until" IS NULL))
);
--> statement-breakpoint
CREATE INDEX `webhooks_by_creation` ON `webhooks` (`created_at`,`id`);