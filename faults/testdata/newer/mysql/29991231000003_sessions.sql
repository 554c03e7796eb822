-- +goose Up
-- modify "sessions" table
ALTER TABLE `sessions` ADD COLUMN `device` varchar(64) NULL, LOCK=NONE;

-- +goose Down
-- reverse: modify "sessions" table
ALTER TABLE `sessions` DROP COLUMN `device`, LOCK=NONE;
