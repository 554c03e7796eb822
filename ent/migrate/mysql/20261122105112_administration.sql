-- +goose Up
-- modify "users" table
ALTER TABLE `users` ADD COLUMN `imported` enum('FRESH','USED') NULL, ADD INDEX `user_disabled_id` (`disabled`, `id`), ADD INDEX `user_role_disabled_id` (`role`, `disabled`, `id`), ADD INDEX `user_role_id` (`role`, `id`);
-- create "locks" table
CREATE TABLE `locks` (`id` varchar(64) NOT NULL, `version` bigint unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`id`)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
-- what internal/auth locks before the number of administrators may shrink
INSERT INTO `locks` (`id`) VALUES ('administrators');

-- +goose Down
-- reverse: create "locks" table
DROP TABLE `locks`;
-- reverse: modify "users" table
ALTER TABLE `users` DROP COLUMN `imported`, DROP INDEX `user_role_id`, DROP INDEX `user_role_disabled_id`, DROP INDEX `user_disabled_id`;
