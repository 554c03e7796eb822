-- +goose Up
-- the sessions so far have no refresh tokens and can't get any: all of them end here, and their access tokens with them
UPDATE `users` SET `credential_version` = `credential_version` + 1;
DELETE FROM `sessions`;
DELETE FROM `blocked_tokens`;
-- modify "blocked_tokens" table
ALTER TABLE `blocked_tokens` ADD COLUMN `created_at` datetime(6) NOT NULL, ADD INDEX `blockedtoken_created_at` (`created_at`);
-- modify "sessions" table
ALTER TABLE `sessions` ADD COLUMN `last_used_at` datetime(6) NOT NULL, ADD COLUMN `access_expires_at` datetime(6) NOT NULL, ADD COLUMN `generation` int unsigned NOT NULL DEFAULT 1, ADD COLUMN `secret_hash` binary(32) NOT NULL, ADD COLUMN `delivery` enum('BODY','COOKIE') NOT NULL DEFAULT 'BODY', ADD COLUMN `user_agent` varchar(1024) NULL, ADD COLUMN `ip_address` varchar(45) NULL, ADD INDEX `session_expires_at` (`expires_at`);
-- create "key_records" table
CREATE TABLE `key_records` (`id` varchar(64) NOT NULL, `fingerprint` varchar(64) NOT NULL, `created_at` datetime(6) NOT NULL, `signs_at` datetime(6) NOT NULL, PRIMARY KEY (`id`)) CHARSET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
-- the older version can't refresh the sessions so far: all of them end here, and their access tokens with them
UPDATE `users` SET `credential_version` = `credential_version` + 1;
DELETE FROM `sessions`;
DELETE FROM `blocked_tokens`;
-- reverse: create "key_records" table
DROP TABLE `key_records`;
-- reverse: modify "sessions" table
ALTER TABLE `sessions` DROP INDEX `session_expires_at`, DROP COLUMN `ip_address`, DROP COLUMN `user_agent`, DROP COLUMN `delivery`, DROP COLUMN `secret_hash`, DROP COLUMN `generation`, DROP COLUMN `access_expires_at`, DROP COLUMN `last_used_at`;
-- reverse: modify "blocked_tokens" table
ALTER TABLE `blocked_tokens` DROP INDEX `blockedtoken_created_at`, DROP COLUMN `created_at`;
