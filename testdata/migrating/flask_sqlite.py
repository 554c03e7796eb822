#!/usr/bin/python3
"""Flask on SQLite, sessions in Redis: a salt of 32 bytes and a PBKDF2 key of 32, one after the other in a BLOB."""
import hashlib
import os
import sqlite3

from people import NOT_A_USERNAME, SECOND_USERNAME, people, write

rows = people()
rows[20:20] = [
    {"username": "GRACE", "password": "x", "refused": SECOND_USERNAME},
    {"username": "ada@home", "password": "x", "refused": NOT_A_USERNAME},
    {"username": "line\nbreak", "password": "x", "refused": NOT_A_USERNAME},
    {"username": "jo", "password": "x", "refused": "username: The username is too short."},
    {"username": "without", "password": None, "refused": "passwordHash: The hash is refused: it has no salt."},
]


def hashed(password):
    salt = os.urandom(32)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, 100000)


db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT UNIQUE NOT NULL, password BLOB)")
for row in rows:
    db.execute("INSERT INTO users (username, password) VALUES (?, ?)", (row["username"], row["password"] and hashed(row["password"])))
write("flask_sqlite", "\n".join(db.iterdump()) + "\n", rows, "username")
