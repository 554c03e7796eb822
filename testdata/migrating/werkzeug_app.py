#!/usr/bin/python3
"""A Flask-Login app on SQLite: werkzeug.security's hashes of several versions, of which Debian's makes the PBKDF2 ones. Its scrypt is
Python's own, written as Werkzeug 2.3 and later do."""
import hashlib
import sqlite3

from werkzeug.security import gen_salt, generate_password_hash

from people import NAME, people, write


def scrypt(password):
    salt = gen_salt(16)
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=32768, r=8, p=1, maxmem=132 * 32768 * 8)
    return f"scrypt:32768:8:1${salt}${key.hex()}"


rows = people(12)
rows.append({"email": "line.break@example.org", "name": "Line\r\nBreak", "password": "x", "refused": NAME})
rows.append({"email": "old@example.org", "name": None, "password": "x",
             "refused": "passwordHash: The hash is refused: it is made with one round of a fast digest, or nearly."})
methods = [scrypt, generate_password_hash, lambda p: generate_password_hash(p, "pbkdf2:sha1:80000"), lambda p: generate_password_hash(p, "pbkdf2:sha512:50000")]
db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(100) UNIQUE, password VARCHAR(255), name VARCHAR(1000))")
for i, row in enumerate(rows):
    hash = "sha256$abcdefgh$" + hashlib.sha256(b"x").hexdigest() if row["email"] == "old@example.org" else methods[i % 4](row["password"])
    db.execute("INSERT INTO user (email, password, name) VALUES (?, ?, ?)", (row["email"], hash, row["name"]))
write("werkzeug_app", "\n".join(db.iterdump()) + "\n", rows, "email", "name")
