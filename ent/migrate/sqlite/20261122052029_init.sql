-- +goose Up
-- create "blocked_tokens" table
CREATE TABLE `blocked_tokens` (`id` uuid NOT NULL, `expires_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "blockedtoken_expires_at" to table: "blocked_tokens"
CREATE INDEX `blockedtoken_expires_at` ON `blocked_tokens` (`expires_at`);
-- create "sessions" table
CREATE TABLE `sessions` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `user_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
-- create index "session_user_id" to table: "sessions"
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
-- create "users" table
CREATE TABLE `users` (`id` uuid NOT NULL, `email` text NULL, `username` text NULL, `name` text NULL, `password_hash` text NOT NULL, `role` text NOT NULL DEFAULT ('USER'), `disabled` bool NOT NULL DEFAULT (false), `credential_version` integer NOT NULL DEFAULT (1), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "user_email" to table: "users"
CREATE UNIQUE INDEX `user_email` ON `users` (`email`);
-- create index "user_username" to table: "users"
CREATE UNIQUE INDEX `user_username` ON `users` (`username`);

-- +goose Down
-- reverse: create index "user_username" to table: "users"
DROP INDEX `user_username`;
-- reverse: create index "user_email" to table: "users"
DROP INDEX `user_email`;
-- reverse: create "users" table
DROP TABLE `users`;
-- reverse: create index "session_user_id" to table: "sessions"
DROP INDEX `session_user_id`;
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create index "blockedtoken_expires_at" to table: "blocked_tokens"
DROP INDEX `blockedtoken_expires_at`;
-- reverse: create "blocked_tokens" table
DROP TABLE `blocked_tokens`;
