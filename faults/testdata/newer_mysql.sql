-- +goose Up
-- create "devices" table
CREATE TABLE `devices` (`id` char(36) NOT NULL, `user_id` char(36) NOT NULL, PRIMARY KEY (`id`), INDEX `device_user_id` (`user_id`), CONSTRAINT `devices_users_devices` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE RESTRICT ON DELETE CASCADE) CHARSET utf8mb4 COLLATE utf8mb4_bin;
-- modify "users" table
ALTER TABLE `users` ADD COLUMN `locale` varchar(35) NOT NULL DEFAULT 'en', ADD COLUMN `verified_at` datetime(6) NULL, ADD INDEX `user_locale` (`locale`), LOCK=NONE;
-- modify "sessions" table
ALTER TABLE `sessions` ADD COLUMN `device` varchar(64) NULL, LOCK=NONE;

-- +goose Down
-- reverse: modify "sessions" table
ALTER TABLE `sessions` DROP COLUMN `device`;
-- reverse: modify "users" table
ALTER TABLE `users` DROP INDEX `user_locale`, DROP COLUMN `verified_at`, DROP COLUMN `locale`;
-- reverse: create "devices" table
DROP TABLE `devices`;
