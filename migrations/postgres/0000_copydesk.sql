CREATE TABLE "api_keys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	"secret_hash" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"expires_at" text COLLATE "C",
	"revoked_at" text COLLATE "C",
	"last_used_at" text COLLATE "C",
	"rotated_from" text COLLATE "C",
	CONSTRAINT "api_keys_role" CHECK ("api_keys"."role" IN ('viewer', 'editor', 'publisher', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "article_tags" (
	"article_id" text COLLATE "C" NOT NULL,
	"tag" text COLLATE "C" NOT NULL,
	CONSTRAINT "article_tags_article_id_tag_pk" PRIMARY KEY("article_id","tag")
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"deleted_at" text COLLATE "C",
	"slug" text COLLATE "C" NOT NULL,
	"language" text COLLATE "C" NOT NULL,
	"translation_of" text COLLATE "C",
	"kicker" text COLLATE "C",
	"headline" text COLLATE "C",
	"short_headline" text COLLATE "C",
	"deck" text COLLATE "C",
	"summary" text COLLATE "C",
	"slugline" text COLLATE "C",
	"seo" json,
	"desk" text COLLATE "C" NOT NULL,
	"tags" json NOT NULL,
	"bylines" json NOT NULL,
	"sources" json NOT NULL,
	"dateline" json,
	"lead_image_id" text COLLATE "C",
	"related" json NOT NULL,
	"internal_note" text COLLATE "C",
	"stage" text COLLATE "C" NOT NULL,
	"section_ids" json NOT NULL,
	"content_version" bigint NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"first_published_at" text COLLATE "C",
	"published_at" text COLLATE "C",
	"content_updated_at" text COLLATE "C",
	"withdrawn_at" text COLLATE "C",
	"live_version" bigint,
	"embargoed_until" text COLLATE "C",
	"embargo_reason" text COLLATE "C",
	"scheduled_for" text COLLATE "C",
	"schedule_failure" json,
	CONSTRAINT "articles_version" CHECK ("articles"."version" >= 1 AND "articles"."content_version" BETWEEN 1 AND "articles"."version"),
	CONSTRAINT "articles_stage" CHECK ("articles"."stage" IN ('draft', 'review', 'ready')),
	CONSTRAINT "articles_state" CHECK ("articles"."state" IN ('unpublished', 'live', 'withdrawn')),
	CONSTRAINT "articles_publication" CHECK (("articles"."state" = 'unpublished') = ("articles"."live_version" IS NULL) AND ("articles"."state" = 'withdrawn') = ("articles"."withdrawn_at" IS NOT NULL) AND ("articles"."live_version" IS NULL) = ("articles"."published_at" IS NULL) AND ("articles"."published_at" IS NULL) = ("articles"."first_published_at" IS NULL)),
	CONSTRAINT "articles_deleted" CHECK ("articles"."deleted_at" IS NULL OR ("articles"."state" <> 'live' AND "articles"."scheduled_for" IS NULL)),
	CONSTRAINT "articles_embargo" CHECK (("articles"."embargoed_until" IS NULL) = ("articles"."embargo_reason" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	"action" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"article_id" text COLLATE "C",
	"public" boolean NOT NULL,
	CONSTRAINT "changes_public_article" CHECK (NOT "changes"."public" OR "changes"."article_id" IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "corrections" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	CONSTRAINT "corrections_kind" CHECK ("corrections"."kind" IN ('correction', 'clarification', 'update', 'retraction'))
);
--> statement-breakpoint
CREATE TABLE "desks" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"live_stories" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "desks_version" CHECK ("desks"."version" >= 1 AND "desks"."live_stories" >= 0)
);
--> statement-breakpoint
CREATE TABLE "embeds" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"deleted_at" text COLLATE "C",
	"kind" text COLLATE "C" NOT NULL,
	"provider" text COLLATE "C" NOT NULL,
	"title" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C",
	"url" text COLLATE "C",
	"embed_url" text COLLATE "C",
	"duration" text COLLATE "C",
	"published_at" text COLLATE "C",
	"thumbnail_image_id" text COLLATE "C",
	"aspect_ratio" text COLLATE "C",
	"transcript" text COLLATE "C",
	"captions_url" text COLLATE "C",
	CONSTRAINT "embeds_version" CHECK ("embeds"."version" >= 1),
	CONSTRAINT "embeds_kind" CHECK ("embeds"."kind" IN ('video', 'audio', 'social', 'interactive', 'document'))
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	"reason" text COLLATE "C" NOT NULL,
	"done" boolean NOT NULL,
	CONSTRAINT "erasures_kind" CHECK ("erasures"."kind" IN ('article', 'image', 'quote', 'embed'))
);
--> statement-breakpoint
CREATE TABLE "facets" (
	"article_id" text COLLATE "C" NOT NULL,
	"facet" text COLLATE "C" NOT NULL,
	"published_at" text COLLATE "C" NOT NULL,
	"content_updated_at" text COLLATE "C",
	CONSTRAINT "facets_article_id_facet_pk" PRIMARY KEY("article_id","facet")
);
--> statement-breakpoint
CREATE TABLE "idempotent_answers" (
	"key_id" text COLLATE "C" NOT NULL,
	"method" text COLLATE "C" NOT NULL,
	"path" text COLLATE "C" NOT NULL,
	"idempotency_key" text COLLATE "C" NOT NULL,
	"body_hash" text COLLATE "C" NOT NULL,
	"status" bigint NOT NULL,
	"headers" json NOT NULL,
	"body" text COLLATE "C" NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	CONSTRAINT "idempotent_answers_key_id_method_path_idempotency_key_pk" PRIMARY KEY("key_id","method","path","idempotency_key"),
	CONSTRAINT "idempotent_answers_status" CHECK ("idempotent_answers"."status" BETWEEN 200 AND 299)
);
--> statement-breakpoint
CREATE TABLE "image_files" (
	"sha256" text COLLATE "C" NOT NULL,
	"image_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "image_files_sha256_image_id_pk" PRIMARY KEY("sha256","image_id")
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"deleted_at" text COLLATE "C",
	"alt" text COLLATE "C",
	"decorative" boolean NOT NULL,
	"caption" text COLLATE "C",
	"credit_line" text COLLATE "C",
	"photographer" text COLLATE "C",
	"agency" text COLLATE "C",
	"copyright_notice" text COLLATE "C",
	"usage_terms" text COLLATE "C",
	"taken_at" text COLLATE "C",
	"location" text COLLATE "C",
	"focal_point" json,
	"source_url" text COLLATE "C",
	"file" json,
	CONSTRAINT "images_version" CHECK ("images"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "library_snapshots" (
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	"etag" text COLLATE "C" NOT NULL,
	"made_at" text COLLATE "C" NOT NULL,
	"speaker" text COLLATE "C",
	"body" text COLLATE "C" NOT NULL,
	CONSTRAINT "library_snapshots_kind_resource_id_pk" PRIMARY KEY("kind","resource_id"),
	CONSTRAINT "library_snapshots_kind" CHECK ("library_snapshots"."kind" IN ('image', 'quote', 'embed'))
);
--> statement-breakpoint
CREATE TABLE "preview_links" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article_id" text COLLATE "C" NOT NULL,
	"article_version" bigint,
	"token_hash" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"expires_at" text COLLATE "C" NOT NULL,
	"revoked_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "propagations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	"started_at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	"total" bigint NOT NULL,
	"done" bigint NOT NULL,
	"cursor" text COLLATE "C" NOT NULL,
	"finished_at" text COLLATE "C",
	CONSTRAINT "propagations_kind" CHECK ("propagations"."kind" IN ('article', 'image', 'quote', 'embed', 'desk', 'tag', 'format')),
	CONSTRAINT "propagations_done" CHECK ("propagations"."done" >= 0 AND "propagations"."total" >= 0)
);
--> statement-breakpoint
CREATE TABLE "public_log" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"event" text COLLATE "C" NOT NULL,
	"article_id" text COLLATE "C" NOT NULL,
	"mark" text COLLATE "C" NOT NULL,
	CONSTRAINT "public_log_event" CHECK ("public_log"."event" IN ('published', 'updated', 'corrected', 'withdrawn', 'erased'))
);
--> statement-breakpoint
CREATE TABLE "publications" (
	"article_id" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	"first_published_at" text COLLATE "C" NOT NULL,
	"published_at" text COLLATE "C" NOT NULL,
	"content_updated_at" text COLLATE "C" NOT NULL,
	"content_version" bigint NOT NULL,
	CONSTRAINT "publications_article_id_version_pk" PRIMARY KEY("article_id","version"),
	CONSTRAINT "publications_action" CHECK ("publications"."action" IN ('publish', 'withdraw')),
	CONSTRAINT "publications_content" CHECK ("publications"."content_version" BETWEEN 1 AND "publications"."version")
);
--> statement-breakpoint
CREATE TABLE "quote_documents" (
	"id" bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "quote_documents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"quote_id" text COLLATE "C" NOT NULL,
	"hash" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quotes" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"deleted_at" text COLLATE "C",
	"text" text COLLATE "C" NOT NULL,
	"speaker" json,
	"context" text COLLATE "C",
	"said_at" text COLLATE "C",
	"language" text COLLATE "C" NOT NULL,
	"source_url" text COLLATE "C",
	CONSTRAINT "quotes_version" CHECK ("quotes"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "revisions" (
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"article_id" text COLLATE "C",
	"article_version" bigint,
	"at" text COLLATE "C" NOT NULL,
	"by_key" text COLLATE "C",
	"by_actor" text COLLATE "C",
	"action" text COLLATE "C" NOT NULL,
	"fields" json NOT NULL,
	"content" json,
	"reason" text COLLATE "C",
	CONSTRAINT "revisions_kind_resource_id_version_pk" PRIMARY KEY("kind","resource_id","version"),
	CONSTRAINT "revisions_kind" CHECK ("revisions"."kind" IN ('article', 'section', 'image', 'quote', 'embed', 'desk', 'tag')),
	CONSTRAINT "revisions_article" CHECK (("revisions"."kind" IN ('article', 'section')) = ("revisions"."article_id" IS NOT NULL AND "revisions"."article_version" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article_id" text COLLATE "C" NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"article_version" bigint NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"request" json NOT NULL,
	"version" bigint NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"failure" json,
	"settled_at" text COLLATE "C",
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	CONSTRAINT "schedules_action" CHECK ("schedules"."action" IN ('publish', 'withdraw')),
	CONSTRAINT "schedules_state" CHECK ("schedules"."state" IN ('pending', 'done', 'failed', 'cancelled')),
	CONSTRAINT "schedules_settled" CHECK (("schedules"."state" = 'pending') = ("schedules"."settled_at" IS NULL) AND ("schedules"."state" = 'failed') = ("schedules"."failure" IS NOT NULL))
);
--> statement-breakpoint
CREATE TABLE "secrets" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"value" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sections" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"deleted_at" text COLLATE "C",
	"article_id" text COLLATE "C" NOT NULL,
	"heading" text COLLATE "C",
	"anchor" text COLLATE "C" NOT NULL,
	"anchor_fixed" boolean NOT NULL,
	"blocks" json NOT NULL,
	CONSTRAINT "sections_version" CHECK ("sections"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "slugs" (
	"slug" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article_id" text COLLATE "C" NOT NULL,
	"published" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"article_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"language" text COLLATE "C" NOT NULL,
	"headline" text COLLATE "C" NOT NULL,
	"published_at" text COLLATE "C" NOT NULL,
	"withdrawn_at" text COLLATE "C",
	"etag" text COLLATE "C" NOT NULL,
	"made_at" text COLLATE "C" NOT NULL,
	"summary" text COLLATE "C",
	"body" "bytea",
	"format" bigint DEFAULT 0 NOT NULL,
	"public_seq" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "snapshots_withdrawn" CHECK (("snapshots"."withdrawn_at" IS NULL) = ("snapshots"."body" IS NOT NULL) AND ("snapshots"."body" IS NULL) = ("snapshots"."summary" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "speakers" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"story_count" bigint NOT NULL,
	CONSTRAINT "speakers_story_count" CHECK ("speakers"."story_count" >= 1)
);
--> statement-breakpoint
CREATE TABLE "story_documents" (
	"id" bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "story_documents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"article_id" text COLLATE "C" NOT NULL,
	"published_at" text COLLATE "C" NOT NULL,
	"content_updated_at" text COLLATE "C" NOT NULL,
	"counted" text COLLATE "C" NOT NULL,
	"hash" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "story_texts" (
	"id" bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "story_texts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"texts" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"live_stories" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "tags_version" CHECK ("tags"."version" >= 1 AND "tags"."live_stories" >= 0)
);
--> statement-breakpoint
CREATE TABLE "webhook_attempts" (
	"id" bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "webhook_attempts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"delivery_seq" bigint NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"duration_ms" bigint NOT NULL,
	"status" bigint,
	"error" text COLLATE "C",
	"response" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"seq" bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "webhook_deliveries_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text COLLATE "C" NOT NULL,
	"webhook_id" text COLLATE "C" NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"public_seq" bigint,
	"article_id" text COLLATE "C",
	"at" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"due_at" text COLLATE "C",
	"claim" text COLLATE "C",
	"settled_at" text COLLATE "C",
	CONSTRAINT "webhook_deliveries_state" CHECK ("webhook_deliveries"."state" IN ('waiting', 'delivered', 'dead')),
	CONSTRAINT "webhook_deliveries_due" CHECK (("webhook_deliveries"."state" = 'waiting') = ("webhook_deliveries"."due_at" IS NOT NULL)),
	CONSTRAINT "webhook_deliveries_settled" CHECK (("webhook_deliveries"."state" = 'waiting') = ("webhook_deliveries"."settled_at" IS NULL)),
	CONSTRAINT "webhook_deliveries_ping" CHECK (("webhook_deliveries"."type" = 'ping') = ("webhook_deliveries"."public_seq" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"created_by_key" text COLLATE "C",
	"created_by_actor" text COLLATE "C",
	"updated_at" text COLLATE "C" NOT NULL,
	"updated_by_key" text COLLATE "C",
	"updated_by_actor" text COLLATE "C",
	"url" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C",
	"events" json NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"disabled_reason" text COLLATE "C",
	"secret" text COLLATE "C" NOT NULL,
	"former_secret" text COLLATE "C",
	"former_secret_until" text COLLATE "C",
	"reached_seq" bigint NOT NULL,
	CONSTRAINT "webhooks_version" CHECK ("webhooks"."version" >= 1),
	CONSTRAINT "webhooks_state" CHECK ("webhooks"."state" IN ('enabled', 'disabled')),
	CONSTRAINT "webhooks_disabled" CHECK (("webhooks"."state" = 'disabled') = ("webhooks"."disabled_reason" IS NOT NULL)),
	CONSTRAINT "webhooks_former_secret" CHECK (("webhooks"."former_secret" IS NULL) = ("webhooks"."former_secret_until" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "where_used" (
	"scope" text COLLATE "C" NOT NULL,
	"user_kind" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"section_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"resource_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "where_used_scope_user_kind_user_id_section_id_kind_resource_id_pk" PRIMARY KEY("scope","user_kind","user_id","section_id","kind","resource_id"),
	CONSTRAINT "where_used_scope" CHECK ("where_used"."scope" IN ('working', 'live', 'scheduled')),
	CONSTRAINT "where_used_user" CHECK ("where_used"."user_kind" IN ('article', 'embed')),
	CONSTRAINT "where_used_kind" CHECK ("where_used"."kind" IN ('article', 'image', 'quote', 'embed', 'desk', 'tag'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_rotated_from_api_keys_id_fk" FOREIGN KEY ("rotated_from") REFERENCES "api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_tags" ADD CONSTRAINT "article_tags_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "article_tags" ADD CONSTRAINT "article_tags_tag_tags_key_fk" FOREIGN KEY ("tag") REFERENCES "tags"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_translation_of_articles_id_fk" FOREIGN KEY ("translation_of") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_desk_desks_key_fk" FOREIGN KEY ("desk") REFERENCES "desks"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "articles" ADD CONSTRAINT "articles_lead_image_id_images_id_fk" FOREIGN KEY ("lead_image_id") REFERENCES "images"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "embeds" ADD CONSTRAINT "embeds_thumbnail_image_id_images_id_fk" FOREIGN KEY ("thumbnail_image_id") REFERENCES "images"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "facets" ADD CONSTRAINT "facets_article_id_snapshots_article_id_fk" FOREIGN KEY ("article_id") REFERENCES "snapshots"("article_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "image_files" ADD CONSTRAINT "image_files_image_id_images_id_fk" FOREIGN KEY ("image_id") REFERENCES "images"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "preview_links" ADD CONSTRAINT "preview_links_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publications" ADD CONSTRAINT "publications_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revisions" ADD CONSTRAINT "revisions_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sections" ADD CONSTRAINT "sections_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slugs" ADD CONSTRAINT "slugs_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_article_id_articles_id_fk" FOREIGN KEY ("article_id") REFERENCES "articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "story_documents" ADD CONSTRAINT "story_documents_article_id_snapshots_article_id_fk" FOREIGN KEY ("article_id") REFERENCES "snapshots"("article_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_attempts" ADD CONSTRAINT "webhook_attempts_delivery_seq_webhook_deliveries_seq_fk" FOREIGN KEY ("delivery_seq") REFERENCES "webhook_deliveries"("seq") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_rotated_from" ON "api_keys" USING btree ("rotated_from");--> statement-breakpoint
CREATE INDEX "article_tags_by_tag" ON "article_tags" USING btree ("tag");--> statement-breakpoint
CREATE UNIQUE INDEX "articles_slug" ON "articles" USING btree ("slug") WHERE "articles"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "articles_by_update" ON "articles" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "articles_of_stage" ON "articles" USING btree ("stage","updated_at","id");--> statement-breakpoint
CREATE INDEX "articles_of_state" ON "articles" USING btree ("state","updated_at","id");--> statement-breakpoint
CREATE INDEX "articles_of_actor" ON "articles" USING btree ("updated_by_actor","updated_at","id");--> statement-breakpoint
CREATE INDEX "articles_of_key" ON "articles" USING btree ("updated_by_key","updated_at","id");--> statement-breakpoint
CREATE INDEX "articles_scheduled" ON "articles" USING btree ("scheduled_for","id") WHERE "articles"."scheduled_for" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "articles_deleted_by_update" ON "articles" USING btree ("updated_at","id") WHERE "articles"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "articles_by_creation" ON "articles" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "articles_by_publication" ON "articles" USING btree ("published_at","id");--> statement-breakpoint
CREATE INDEX "articles_of_desk" ON "articles" USING btree ("desk","updated_at","id");--> statement-breakpoint
CREATE INDEX "changes_of_resource" ON "changes" USING btree ("kind","resource_id","seq");--> statement-breakpoint
CREATE INDEX "changes_of_article" ON "changes" USING btree ("article_id","seq");--> statement-breakpoint
CREATE INDEX "changes_of_actor" ON "changes" USING btree ("by_actor","seq");--> statement-breakpoint
CREATE INDEX "changes_of_key" ON "changes" USING btree ("by_key","seq");--> statement-breakpoint
CREATE INDEX "changes_of_action" ON "changes" USING btree ("action","seq");--> statement-breakpoint
CREATE INDEX "changes_by_time" ON "changes" USING btree ("at","seq");--> statement-breakpoint
CREATE INDEX "changes_public" ON "changes" USING btree ("seq") WHERE "changes"."public";--> statement-breakpoint
CREATE INDEX "corrections_of_article" ON "corrections" USING btree ("article_id","id");--> statement-breakpoint
CREATE INDEX "embeds_by_update" ON "embeds" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "embeds_deleted_by_update" ON "embeds" USING btree ("updated_at","id") WHERE "embeds"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "erasures_of_resource" ON "erasures" USING btree ("kind","resource_id");--> statement-breakpoint
CREATE INDEX "facets_by_publication" ON "facets" USING btree ("facet","published_at","article_id");--> statement-breakpoint
CREATE INDEX "facets_by_update" ON "facets" USING btree ("facet","content_updated_at","article_id","published_at") WHERE "facets"."content_updated_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "idempotent_answers_by_time" ON "idempotent_answers" USING btree ("at");--> statement-breakpoint
CREATE INDEX "image_files_of_image" ON "image_files" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "images_by_update" ON "images" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "images_deleted_by_update" ON "images" USING btree ("updated_at","id") WHERE "images"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "library_snapshots_by_speaker" ON "library_snapshots" USING btree ("speaker","resource_id") WHERE "library_snapshots"."speaker" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "preview_links_token" ON "preview_links" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "preview_links_of_article" ON "preview_links" USING btree ("article_id","id");--> statement-breakpoint
CREATE INDEX "propagations_unfinished" ON "propagations" USING btree ("id") WHERE "propagations"."finished_at" IS NULL;--> statement-breakpoint
CREATE INDEX "publications_by_time" ON "publications" USING btree ("article_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "quote_documents_quote" ON "quote_documents" USING btree ("quote_id");--> statement-breakpoint
CREATE INDEX "quotes_by_update" ON "quotes" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "quotes_deleted_by_update" ON "quotes" USING btree ("updated_at","id") WHERE "quotes"."deleted_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "revisions_of_article" ON "revisions" USING btree ("article_id","kind","resource_id","article_version");--> statement-breakpoint
CREATE UNIQUE INDEX "schedules_pending" ON "schedules" USING btree ("article_id","action") WHERE "schedules"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "schedules_due" ON "schedules" USING btree ("at","id") WHERE "schedules"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "schedules_by_time" ON "schedules" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "schedules_of_article" ON "schedules" USING btree ("article_id","id");--> statement-breakpoint
CREATE INDEX "sections_of_article" ON "sections" USING btree ("article_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sections_anchor" ON "sections" USING btree ("article_id","anchor") WHERE "sections"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "slugs_of_article" ON "slugs" USING btree ("article_id");--> statement-breakpoint
CREATE UNIQUE INDEX "snapshots_slug" ON "snapshots" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "snapshots_by_public_seq" ON "snapshots" USING btree ("public_seq");--> statement-breakpoint
CREATE INDEX "snapshots_by_format" ON "snapshots" USING btree ("format","article_id") WHERE "snapshots"."withdrawn_at" IS NULL;--> statement-breakpoint
CREATE INDEX "speakers_by_stories" ON "speakers" USING btree ("story_count","key");--> statement-breakpoint
CREATE UNIQUE INDEX "story_documents_article" ON "story_documents" USING btree ("article_id");--> statement-breakpoint
CREATE INDEX "webhook_attempts_of_delivery" ON "webhook_attempts" USING btree ("delivery_seq","id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_id" ON "webhook_deliveries" USING btree ("id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_event" ON "webhook_deliveries" USING btree ("webhook_id","public_seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook_id","due_at","seq") WHERE "webhook_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_waiting" ON "webhook_deliveries" USING btree ("webhook_id","article_id","seq") WHERE "webhook_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_webhook" ON "webhook_deliveries" USING btree ("webhook_id","seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_state" ON "webhook_deliveries" USING btree ("webhook_id","state","seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_article" ON "webhook_deliveries" USING btree ("article_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_settled" ON "webhook_deliveries" USING btree ("settled_at") WHERE "webhook_deliveries"."settled_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "webhooks_by_creation" ON "webhooks" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "where_used_of_resource" ON "where_used" USING btree ("kind","resource_id","scope","user_id");
--> statement-breakpoint
-- The full-text index: a document's words, folded and with the weight of their field, and its facets as words that begin with a stroke.
CREATE TABLE "story_index" ("id" bigint PRIMARY KEY NOT NULL, "words" tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX "story_index_words" ON "story_index" USING gin ("words");
--> statement-breakpoint
CREATE TABLE "quote_index" ("id" bigint PRIMARY KEY NOT NULL, "words" tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX "quote_index_words" ON "quote_index" USING gin ("words");
--> statement-breakpoint
-- History is only ever added to, but for an erasure, which keeps number, time and actor.
CREATE FUNCTION "copydesk_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
--> statement-breakpoint
CREATE FUNCTION "copydesk_keep_revision"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM "erasures" WHERE NOT "done")
		OR (NEW."kind", NEW."resource_id", NEW."version", NEW."article_id", NEW."article_version", NEW."at", NEW."by_key", NEW."by_actor", NEW."action")
		IS DISTINCT FROM (OLD."kind", OLD."resource_id", OLD."version", OLD."article_id", OLD."article_version", OLD."at", OLD."by_key", OLD."by_actor", OLD."action")
	THEN RAISE EXCEPTION 'revisions is append-only'; END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "revisions_no_update" BEFORE UPDATE ON "revisions" FOR EACH ROW EXECUTE FUNCTION "copydesk_keep_revision"();
--> statement-breakpoint
CREATE TRIGGER "revisions_no_delete" BEFORE DELETE OR TRUNCATE ON "revisions" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('revisions is append-only');
--> statement-breakpoint
CREATE TRIGGER "changes_no_update" BEFORE UPDATE OR DELETE OR TRUNCATE ON "changes" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('changes is append-only');
--> statement-breakpoint
CREATE TRIGGER "publications_no_update" BEFORE UPDATE OR DELETE OR TRUNCATE ON "publications" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('publications is append-only');
--> statement-breakpoint
CREATE FUNCTION "copydesk_keep_correction"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM "erasures" WHERE NOT "done")
		OR (NEW."id", NEW."article_id", NEW."kind", NEW."at", NEW."by_key", NEW."by_actor")
		IS DISTINCT FROM (OLD."id", OLD."article_id", OLD."kind", OLD."at", OLD."by_key", OLD."by_actor")
	THEN RAISE EXCEPTION 'corrections is append-only'; END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "corrections_no_update" BEFORE UPDATE ON "corrections" FOR EACH ROW EXECUTE FUNCTION "copydesk_keep_correction"();
--> statement-breakpoint
CREATE TRIGGER "corrections_no_delete" BEFORE DELETE OR TRUNCATE ON "corrections" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('corrections is append-only');
--> statement-breakpoint
CREATE TRIGGER "erasures_no_update" BEFORE UPDATE ON "erasures" FOR EACH ROW
	WHEN (OLD."done" OR NOT NEW."done" OR (NEW."kind", NEW."resource_id", NEW."at", NEW."reason", NEW."by_key", NEW."by_actor") IS DISTINCT FROM (OLD."kind", OLD."resource_id", OLD."at", OLD."reason", OLD."by_key", OLD."by_actor"))
	EXECUTE FUNCTION "copydesk_refuse"('erasures is append-only');
--> statement-breakpoint
CREATE TRIGGER "erasures_no_delete" BEFORE DELETE OR TRUNCATE ON "erasures" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('erasures is append-only');
--> statement-breakpoint
-- An address that readers have seen stays its story's.
CREATE FUNCTION "copydesk_keep_slug"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM "erasures" WHERE "kind" = 'article' AND "resource_id" = OLD."article_id" AND NOT "done")
	THEN RAISE EXCEPTION 'a published slug stays'; END IF;
	RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "slugs_published_no_delete" BEFORE DELETE ON "slugs" FOR EACH ROW WHEN (OLD."published") EXECUTE FUNCTION "copydesk_keep_slug"();
--> statement-breakpoint
CREATE TRIGGER "slugs_published_no_update" BEFORE UPDATE ON "slugs" FOR EACH ROW
	WHEN (OLD."published" AND (NEW."slug" <> OLD."slug" OR NEW."article_id" <> OLD."article_id" OR NOT NEW."published"))
	EXECUTE FUNCTION "copydesk_refuse"('a published slug stays');
--> statement-breakpoint
-- Whoever changes what readers get tells of it, in the same commit.
CREATE FUNCTION "copydesk_require_told"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM "public_log" WHERE "seq" = NEW."public_seq" AND "article_id" = NEW."article_id")
	THEN RAISE EXCEPTION 'what readers get is not to change untold'; END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "snapshots_insert_told" BEFORE INSERT ON "snapshots" FOR EACH ROW EXECUTE FUNCTION "copydesk_require_told"();
--> statement-breakpoint
CREATE TRIGGER "snapshots_update_told" BEFORE UPDATE ON "snapshots" FOR EACH ROW
	WHEN (NEW."etag" IS DISTINCT FROM OLD."etag" OR NEW."withdrawn_at" IS DISTINCT FROM OLD."withdrawn_at")
	EXECUTE FUNCTION "copydesk_require_told"();
--> statement-breakpoint
CREATE TRIGGER "snapshots_update_told_later" BEFORE UPDATE ON "snapshots" FOR EACH ROW
	WHEN ((NEW."etag" IS DISTINCT FROM OLD."etag" OR NEW."withdrawn_at" IS DISTINCT FROM OLD."withdrawn_at") AND NEW."public_seq" <= OLD."public_seq")
	EXECUTE FUNCTION "copydesk_refuse"('what readers get is not to change untold');
--> statement-breakpoint
CREATE TRIGGER "public_log_no_update" BEFORE UPDATE OR TRUNCATE ON "public_log" FOR EACH STATEMENT EXECUTE FUNCTION "copydesk_refuse"('public_log is append-only');
--> statement-breakpoint
CREATE FUNCTION "copydesk_keep_last_told"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF OLD."seq" = (SELECT max("seq") FROM "public_log") THEN RAISE EXCEPTION 'the last entry of public_log stays'; END IF;
	RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "public_log_keeps_last" BEFORE DELETE ON "public_log" FOR EACH ROW EXECUTE FUNCTION "copydesk_keep_last_told"();
--> statement-breakpoint
-- What readers can see no more cannot be found any more, whatever took it from them.
CREATE FUNCTION "copydesk_unindex_snapshot"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM "story_documents" WHERE "article_id" = OLD."article_id";
	RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
--> statement-breakpoint
CREATE TRIGGER "snapshots_withdrawn_unindexed" AFTER UPDATE OF "withdrawn_at" ON "snapshots" FOR EACH ROW WHEN (NEW."withdrawn_at" IS NOT NULL) EXECUTE FUNCTION "copydesk_unindex_snapshot"();
--> statement-breakpoint
CREATE TRIGGER "snapshots_deleted_unindexed" BEFORE DELETE ON "snapshots" FOR EACH ROW EXECUTE FUNCTION "copydesk_unindex_snapshot"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_unindex_story"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM "story_index" WHERE "id" = OLD."id";
	DELETE FROM "story_texts" WHERE "id" = OLD."id";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "story_documents_unindexed" AFTER DELETE ON "story_documents" FOR EACH ROW EXECUTE FUNCTION "copydesk_unindex_story"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_unindex_shown"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM "quote_documents" WHERE "quote_id" = OLD."resource_id";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "library_snapshots_unindexed" AFTER DELETE ON "library_snapshots" FOR EACH ROW WHEN (OLD."kind" = 'quote') EXECUTE FUNCTION "copydesk_unindex_shown"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_unindex_quote"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM "quote_index" WHERE "id" = OLD."id";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "quote_documents_unindexed" AFTER DELETE ON "quote_documents" FOR EACH ROW EXECUTE FUNCTION "copydesk_unindex_quote"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_count_speaker"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO "speakers" ("key", "story_count") VALUES (substr(NEW."facet", 9), 1) ON CONFLICT ("key") DO UPDATE SET "story_count" = "speakers"."story_count" + 1;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "facets_speaker_counted" AFTER INSERT ON "facets" FOR EACH ROW WHEN (starts_with(NEW."facet", 'speaker:')) EXECUTE FUNCTION "copydesk_count_speaker"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_uncount_speaker"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM "speakers" WHERE "key" = substr(OLD."facet", 9) AND "story_count" = 1;
	UPDATE "speakers" SET "story_count" = "story_count" - 1 WHERE "key" = substr(OLD."facet", 9);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "facets_speaker_uncounted" AFTER DELETE ON "facets" FOR EACH ROW WHEN (starts_with(OLD."facet", 'speaker:')) EXECUTE FUNCTION "copydesk_uncount_speaker"();
--> statement-breakpoint
INSERT INTO "secrets" ("name", "value") VALUES ('media', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
--> statement-breakpoint
-- Numbers without gaps, though commits fail: what is left out would tell readers of it. What comes with a number of its own, from
-- elsewhere, keeps it, and the next goes on behind. Only one commits at a time, and the last entry stays.
CREATE FUNCTION "copydesk_number_change"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	NEW."seq" := (SELECT coalesce(max("seq"), 0) + 1 FROM "changes");
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "changes_numbered" BEFORE INSERT ON "changes" FOR EACH ROW WHEN (NEW."seq" IS NULL) EXECUTE FUNCTION "copydesk_number_change"();
--> statement-breakpoint
CREATE FUNCTION "copydesk_number_told"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	NEW."seq" := (SELECT coalesce(max("seq"), 0) + 1 FROM "public_log");
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "public_log_numbered" BEFORE INSERT ON "public_log" FOR EACH ROW WHEN (NEW."seq" IS NULL) EXECUTE FUNCTION "copydesk_number_told"();
