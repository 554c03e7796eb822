#!/usr/bin/python3
"""The Flask-JWT tutorial: SQLite, passwords in clear."""
import sqlite3

from people import NO_PASSWORD, NOT_A_USERNAME, SECOND_USERNAME, people, write

rows = people()
rows[20:20] = [
    {"username": "GRACE", "password": "x", "refused": SECOND_USERNAME},
    {"username": "two words", "password": "x", "refused": NOT_A_USERNAME},
    {"username": "blank", "password": "", "refused": "password: This is blank."},
    {"username": "without", "password": None, "refused": NO_PASSWORD},
]
rows.append({"username": "lines", "password": "first line\nsecond line\t\u2028third"})

db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, username text, password text)")
db.executemany("INSERT INTO users VALUES (NULL, ?, ?)", [(row["username"], row["password"]) for row in rows])
write("flask_jwt", "\n".join(db.iterdump()) + "\n", rows, "username")
