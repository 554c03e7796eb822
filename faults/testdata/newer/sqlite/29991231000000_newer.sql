-- +goose Up
-- create "devices" table
CREATE TABLE `devices` (`id` uuid NOT NULL, `user_id` uuid NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `devices_users_devices` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "device_user_id" to table: "devices"
CREATE INDEX `device_user_id` ON `devices` (`user_id`);
-- add columns to table: "users"
ALTER TABLE `users` ADD COLUMN `locale` text NOT NULL DEFAULT 'en';
ALTER TABLE `users` ADD COLUMN `verified_at` datetime NULL;
-- create index "user_locale" to table: "users"
CREATE INDEX `user_locale` ON `users` (`locale`);
-- add column "device" to table: "sessions"
ALTER TABLE `sessions` ADD COLUMN `device` text NULL;

-- +goose Down
-- reverse: add column "device" to table: "sessions"
ALTER TABLE `sessions` DROP COLUMN `device`;
-- reverse: create index "user_locale" to table: "users"
DROP INDEX `user_locale`;
-- reverse: add columns to table: "users"
ALTER TABLE `users` DROP COLUMN `verified_at`;
ALTER TABLE `users` DROP COLUMN `locale`;
-- reverse: create index "device_user_id" to table: "devices"
DROP INDEX `device_user_id`;
-- reverse: create "devices" table
DROP TABLE `devices`;
