#!/usr/bin/python3
"""Flask on MySQL with bcrypt: table `user`. The hashes are bytes, as bcrypt.hashpw returns them."""
import bcrypt

from people import NAME, SECOND_EMAIL, insert, people, write

rows = people()
rows[0]["role"] = "ADMIN"
rows[20:20] = [
    {"email": "line.break@example.org", "name": "Line\nBreak", "password": "x", "createdAt": "2020-01-01 00:00:00", "refused": NAME},
    {"email": "grace.hopper@example.org", "name": "Grace II", "password": "x", "createdAt": "2020-01-01 00:00:00", "refused": SECOND_EMAIL},
]
for i, row in enumerate(rows):
    row["hash"] = bcrypt.hashpw(row["password"].encode(), bcrypt.gensalt(12 if i < 3 else 5))  # 12 is bcrypt's default

write("flask_mysql", """CREATE TABLE `user` (
  `id` int NOT NULL AUTO_INCREMENT,
  `email` varchar(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `password` varbinary(60) NOT NULL,
  `name` varchar(120) DEFAULT NULL,
  `admin` tinyint(1) NOT NULL DEFAULT 0,
  `registered_on` datetime NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
""" + insert("user", ["email", "password", "name", "admin", "registered_on"],
             [(r["email"], r["hash"], r["name"], r.get("role") == "ADMIN", r["createdAt"]) for r in rows]),
      rows, "email", "name", "role", "createdAt")
