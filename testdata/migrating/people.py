"""The people in the databases of the tests: 55, some of them awkward. Each script beside this one has a database of another shape.

Needs Debian's Python (12, "bookworm"), after
apt-get install python3-bcrypt python3-passlib python3-werkzeug python3-django python3-argon2 php-cli
"""
import json
import os
from datetime import datetime, timedelta

NAME = "name: The name contains characters that are not text."
NOT_A_USERNAME = "username: A username has only the letters a to z, digits, '.', '_' and '-'."
SECOND_EMAIL = "email: An earlier record has this e-mail address."
SECOND_USERNAME = "username: An earlier record has this username."
NO_PASSWORD = "passwordHash: A passwordHash or a password is needed."

# email, username, name, password
AWKWARD = [
    ("ada@example.org", "ada", "Ada Lovelace", "correct horse battery"),
    ("zoe@example.org", "zoe", "Zoë Müller-Lüdenscheidt", "Zwölf Boxkämpfer jagen Viktor"),
    ("kay@example.org", "kay.key", "🔑 Kay 👩‍👩‍👧", "🔑 und 🐴"),
    ("miles.o'brien@example.org", "miles_obrien", "Miles O'Brien", "it's \"quoted\" \\ and 100 %"),
    ("Grace.Hopper@Example.ORG", "Grace", 'Grace "Amazing" \\ Hopper', "  two before, one after "),
    ("nameless@example.org", "nameless", None, "$2b$12$ looks like a hash"),
    ("taro@example.org", "taro-7", "山田太郎", "パスワード"),
    ("łukasz@example.org", "lukasz", "Łukasz; DROP TABLE user; --", "zażółć gęślą jaźń"),
]


def people(n=55):
    """Those who come in. Nobody has the password of another one."""
    start = datetime(2016, 2, 29, 23, 59, 59)
    known = AWKWARD + [(f"user{i}@example.org", f"user{i}", f"User {i}", f"password of {i}") for i in range(n)]
    return [
        {"email": email, "username": username, "name": name, "password": password,
         "createdAt": str(start + timedelta(days=i, minutes=i))}
        for i, (email, username, name, password) in enumerate(known[:n])
    ]


def write(name, dump, rows, *fields):
    """Writes NAME.sql (or what name ends in), and NAME.json: what has to become of each row, in their order."""
    here = os.path.dirname(os.path.abspath(__file__))
    file = name if "." in name else name + ".sql"
    with open(os.path.join(here, file), "w") as out:
        out.write(dump)
    keep = ("password", "refused") + fields
    with open(os.path.join(here, name.split(".")[0] + ".json"), "w") as out:
        json.dump([{k: v for k, v in row.items() if k in keep and v} for row in rows], out, indent=1, ensure_ascii=False)
        out.write("\n")


def sql(value):
    """A literal for MySQL."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return "x'" + value.hex() + "'"
    if isinstance(value, (int, bool)):
        return str(int(value))
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def insert(table, columns, rows):
    lines = ",\n".join("(" + ", ".join(sql(v) for v in row) + ")" for row in rows)
    return f"INSERT INTO `{table}` ({', '.join(columns)}) VALUES\n{lines};\n"
