-- +goose Up
-- create "blocked_tokens" table
CREATE TABLE `blocked_tokens` (`id` char(36) NOT NULL, `expires_at` datetime(6) NOT NULL, PRIMARY KEY (`id`), INDEX `blockedtoken_expires_at` (`expires_at`)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
-- create "users" table
CREATE TABLE `users` (`id` char(36) NOT NULL, `email` varchar(254) NULL, `username` varchar(32) NULL, `name` varchar(800) NULL, `password_hash` varchar(255) NOT NULL, `role` enum('USER','ADMIN') NOT NULL DEFAULT 'USER', `disabled` bool NOT NULL DEFAULT 0, `credential_version` bigint NOT NULL DEFAULT 1, `created_at` datetime(6) NOT NULL, `updated_at` datetime(6) NOT NULL, PRIMARY KEY (`id`), UNIQUE INDEX `user_email` (`email`), UNIQUE INDEX `user_username` (`username`)) CHARSET utf8mb4 COLLATE utf8mb4_bin;
-- create "sessions" table
CREATE TABLE `sessions` (`id` char(36) NOT NULL, `created_at` datetime(6) NOT NULL, `expires_at` datetime(6) NOT NULL, `user_id` char(36) NOT NULL, PRIMARY KEY (`id`), INDEX `session_user_id` (`user_id`), CONSTRAINT `sessions_users_sessions` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON UPDATE RESTRICT ON DELETE CASCADE) CHARSET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create "users" table
DROP TABLE `users`;
-- reverse: create "blocked_tokens" table
DROP TABLE `blocked_tokens`;
