-- +goose Up
-- create "devices" table
CREATE TABLE `devices` (`id` char(36) NOT NULL, `user_id` char(36) NOT NULL, PRIMARY KEY (`id`), INDEX `device_user_id` (`user_id`), CONSTRAINT `devices_users_devices` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE RESTRICT ON DELETE CASCADE) CHARSET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
-- reverse: create "devices" table
DROP TABLE `devices`;
