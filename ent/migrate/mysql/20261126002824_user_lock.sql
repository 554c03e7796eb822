-- +goose Up
-- modify "users" table
ALTER TABLE `users` ADD COLUMN `lock_version` bigint unsigned NOT NULL DEFAULT 0, LOCK=NONE;

-- +goose Down
-- reverse: modify "users" table
ALTER TABLE `users` DROP COLUMN `lock_version`, LOCK=NONE;
