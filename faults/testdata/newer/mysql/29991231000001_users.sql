-- +goose Up
-- modify "users" table
ALTER TABLE `users` ADD COLUMN `locale` varchar(35) NOT NULL DEFAULT 'en', ADD COLUMN `verified_at` datetime(6) NULL, LOCK=NONE;

-- +goose Down
-- reverse: modify "users" table
ALTER TABLE `users` DROP COLUMN `verified_at`, DROP COLUMN `locale`, LOCK=NONE;
