#!/usr/bin/python3
"""Django (Debian's 3.2) on SQLite: the tables of its own migrations, filled by its own user model."""
import tempfile
from datetime import datetime, timezone

import django
from django.conf import settings
from django.core.management import call_command

from people import NOT_A_USERNAME, SECOND_EMAIL, people, write

with tempfile.NamedTemporaryFile() as file:
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"], USE_TZ=True, SECRET_KEY="x",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in
                          ("PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt")],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": file.name}})
    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.db import connection

    rows = people(12)
    rows[0]["role"] = "ADMIN"
    rows[8]["disabled"] = True
    rows[9].update(email="")
    rows += [
        {"email": "plus@example.org", "username": "plus+minus", "name": None, "password": "plus and minus", "refused": NOT_A_USERNAME},
        {"email": "", "username": "as.username@example.org", "name": None, "password": "only a username", "refused": NOT_A_USERNAME},
        {"email": "ADA@example.org", "username": "ada.again", "name": None, "password": "the second Ada", "refused": SECOND_EMAIL},
        {"email": "costly@example.org", "username": "costly", "name": None, "password": "x", "refused": "passwordHash: The hash is refused: it would cost too much to verify: more than 64 MiB or half a second."},
    ]
    for i, row in enumerate(rows):
        row.setdefault("createdAt", "2020-01-01 00:00:00")
        first, _, last = (row["name"] or "").partition(" ")
        user = User(username=row["username"], email=row["email"], first_name=first, last_name=last,
                    is_superuser=row.get("role") == "ADMIN", is_active=not row.get("disabled"),
                    date_joined=datetime.fromisoformat(row["createdAt"]).replace(tzinfo=timezone.utc))
        user.password = make_password(row["password"], hasher="argon2" if row["username"] == "costly" else ["default", "pbkdf2_sha1", "bcrypt_sha256", "bcrypt"][i % 4])
        user.save()
    User.objects.create_user("ldap.only", "ldap.only@example.org")  # has no usable password, and is not exported
    connection.ensure_connection()
    write("django_app", "\n".join(line for line in connection.connection.iterdump()) + "\n", rows, "email", "username", "name", "role", "disabled", "createdAt")
