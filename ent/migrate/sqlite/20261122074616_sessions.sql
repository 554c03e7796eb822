-- +goose Up
-- the sessions so far have no refresh tokens and can't get any: all of them end here, and their access tokens with them
UPDATE `users` SET `credential_version` = `credential_version` + 1;
DROP TABLE `sessions`;
CREATE TABLE `sessions` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `access_expires_at` datetime NOT NULL, `generation` integer NOT NULL DEFAULT (1), `secret_hash` blob NOT NULL, `delivery` text NOT NULL DEFAULT ('BODY'), `user_agent` text NULL, `ip_address` text NULL, `user_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
DROP TABLE `blocked_tokens`;
CREATE TABLE `blocked_tokens` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, PRIMARY KEY (`id`));
CREATE INDEX `blockedtoken_created_at` ON `blocked_tokens` (`created_at`);
CREATE INDEX `blockedtoken_expires_at` ON `blocked_tokens` (`expires_at`);
CREATE TABLE `key_records` (`id` text NOT NULL, `fingerprint` text NOT NULL, `created_at` datetime NOT NULL, `signs_at` datetime NOT NULL, PRIMARY KEY (`id`));

-- +goose Down
-- the older version can't refresh the sessions so far: all of them end here, and their access tokens with them
UPDATE `users` SET `credential_version` = `credential_version` + 1;
DROP TABLE `key_records`;
DROP TABLE `blocked_tokens`;
CREATE TABLE `blocked_tokens` (`id` uuid NOT NULL, `expires_at` datetime NOT NULL, PRIMARY KEY (`id`));
CREATE INDEX `blockedtoken_expires_at` ON `blocked_tokens` (`expires_at`);
DROP TABLE `sessions`;
CREATE TABLE `sessions` (`id` uuid NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `user_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE);
CREATE INDEX `session_user_id` ON `sessions` (`user_id`);
