-- +goose Up
-- modify "users" table
ALTER TABLE `users` ADD COLUMN `lock_version` integer NOT NULL DEFAULT 0;

-- +goose Down
-- reverse: modify "users" table
ALTER TABLE `users` DROP COLUMN `lock_version`;
