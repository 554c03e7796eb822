-- +goose Up
-- add column "imported" to table: "users"
ALTER TABLE `users` ADD COLUMN `imported` text NULL;
-- create index "user_role_id" to table: "users"
CREATE INDEX `user_role_id` ON `users` (`role`, `id`);
-- create index "user_disabled_id" to table: "users"
CREATE INDEX `user_disabled_id` ON `users` (`disabled`, `id`);
-- create index "user_role_disabled_id" to table: "users"
CREATE INDEX `user_role_disabled_id` ON `users` (`role`, `disabled`, `id`);
-- create "locks" table
CREATE TABLE `locks` (`id` text NOT NULL, `version` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`));
-- what internal/auth locks before the number of administrators may shrink
INSERT INTO `locks` (`id`) VALUES ('administrators');

-- +goose Down
-- reverse: create "locks" table
DROP TABLE `locks`;
-- reverse: create index "user_role_disabled_id" to table: "users"
DROP INDEX `user_role_disabled_id`;
-- reverse: create index "user_disabled_id" to table: "users"
DROP INDEX `user_disabled_id`;
-- reverse: create index "user_role_id" to table: "users"
DROP INDEX `user_role_id`;
-- reverse: add column "imported" to table: "users"
ALTER TABLE `users` DROP COLUMN `imported`;
