-- +goose Up
-- modify "users" table
ALTER TABLE `users` ADD INDEX `user_locale` (`locale`), LOCK=NONE;

-- +goose Down
-- reverse: modify "users" table
ALTER TABLE `users` DROP INDEX `user_locale`, LOCK=NONE;
