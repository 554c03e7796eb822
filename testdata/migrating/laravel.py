#!/usr/bin/python3
"""Laravel on MySQL: the users table of its first migration, hashes by PHP."""
import subprocess

from people import NAME, insert, people, write

rows = people(12)
rows.append({"email": "line.break@example.org", "name": "Line\nBreak", "password": "x", "createdAt": None, "refused": NAME})
for i, row in enumerate(rows):
    algorithm = ["PASSWORD_BCRYPT", "PASSWORD_ARGON2ID"][i % 2]  # Laravel's bcrypt and argon2id drivers
    code = f"echo password_hash(stream_get_contents(STDIN), {algorithm}, ['threads' => 1]);"
    row["hash"] = subprocess.run(["php", "-r", code], input=row["password"], check=True, capture_output=True, text=True).stdout

write("laravel", """CREATE TABLE `users` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `email` varchar(255) NOT NULL,
  `email_verified_at` timestamp NULL DEFAULT NULL,
  `password` varchar(255) NOT NULL,
  `remember_token` varchar(100) DEFAULT NULL,
  `created_at` timestamp NULL DEFAULT NULL,
  `updated_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_email_unique` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
""" + insert("users", ["name", "email", "password", "created_at"],
             [(r["name"] or "", r["email"], r["hash"], r["createdAt"]) for r in rows]),
      rows, "email", "name", "createdAt")
