#!/usr/bin/python3
"""The Flask-JWT-Extended tutorial: MySQL, passlib's pbkdf2_sha256."""
from passlib.hash import pbkdf2_sha256

from people import NOT_A_USERNAME, SECOND_USERNAME, insert, people, write

rows = people()
rows[20:20] = [
    {"username": "GRACE", "password": "x", "refused": SECOND_USERNAME},
    {"username": "émile", "password": "x", "refused": NOT_A_USERNAME},
]
for row in rows:
    row["hash"] = pbkdf2_sha256.hash(row["password"])

write("flask_jwt_extended", """CREATE TABLE `users` (
  `id` int NOT NULL AUTO_INCREMENT,
  `username` varchar(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `password` varchar(120) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `username` (`username`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
""" + insert("users", ["username", "password"], [(r["username"], r["hash"]) for r in rows]), rows, "username")
