#!/usr/bin/python3
"""Writes vectors.json: hashes made by the programs whose hashes we import, each with the command that made it.

Run it with Debian's Python (12, "bookworm"), after
apt-get install python3-bcrypt python3-passlib python3-werkzeug python3-django python3-argon2 php-cli whois openssl

Debian's Werkzeug (2.2) and Django (3.2) are older than their scrypt. Those hashes are made with Python's hashlib, which is what
the newer ones call, and written in their format; it was made sure that this gives Django's own test vector.
"""
import json
import os
import subprocess
import sys

PLAIN, UMLAUT, EMOJI = "correct horse battery", "Zwölf Boxkämpfer", "🔑 und 🐴"
SPACES = "  two before, one after "
LONG = "Sylvia wagt quick den Jux bei Pforzheim, " * 3 + "ü"  # 125 bytes
LONGEST = "ä" * 128  # 256 bytes

IMPORTS = """import base64, hashlib, os, binascii
import bcrypt, argon2, passlib.hash as passlib
from werkzeug.security import generate_password_hash
import django.conf
django.conf.settings.configure()
from django.contrib.auth import hashers
def werkzeug_scrypt(password, salt, n=32768, r=8, p=1):
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=132 * n * r * p)
    return f"scrypt:{n}:{r}:{p}${salt}${key.hex()}"
def django_scrypt(password, salt, n=16384, r=8, p=1):
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=132 * n * r * p, dklen=64)
    return f"scrypt${n}${salt}${r}${p}${base64.b64encode(key).decode()}"
def raw(password, salt):
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 100000)
    return f"pbkdf2:sha256:100000:hex${salt.hex()}${key.hex()}".upper().replace("PBKDF2:SHA256", "pbkdf2:sha256").replace("HEX", "hex")
def keycloak(digest, password, salt, rounds):
    key = hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds, 64)
    return f"$pbkdf2-{digest}${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
"""
names = {}
exec(IMPORTS, names)
vectors = []


# Those that have one password only have a program's default parameters, or others that may take long: "costly".
def add(format, command, password, hash, costly):
    vectors.append({"format": format, "command": command, "password": password, "hash": hash, "costly": costly})


def python(format, expression, *passwords):
    for password in passwords:
        hash = eval(expression, {**names, "password": password})
        add(format, expression, password, hash.decode() if isinstance(hash, bytes) else hash, len(passwords) == 1)


def shell(format, command, *passwords):
    for password in passwords:
        env = {**os.environ, "PASSWORD": password}
        hash = subprocess.run(["bash", "-c", command], env=env, check=True, capture_output=True, text=True).stdout.strip()
        add(format, command, password, hash, len(passwords) == 1)


for kind in "ab":
    python(f"bcrypt 2{kind}", f'bcrypt.hashpw(password.encode(), bcrypt.gensalt(5, b"2{kind}"))', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("bcrypt 2b", "bcrypt.hashpw(password.encode(), bcrypt.gensalt())", PLAIN)
PHP_BCRYPT = "php -r 'echo password_hash(getenv(\"PASSWORD\"), PASSWORD_BCRYPT, [\"cost\" => 5]);'"
shell("bcrypt 2y", PHP_BCRYPT, PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
shell("bcrypt 2y", "php -r 'echo password_hash(getenv(\"PASSWORD\"), PASSWORD_DEFAULT);'", PLAIN)
shell("bcrypt 2a", 'mkpasswd -m bcrypt-a -R 5 -s <<<"$PASSWORD"', PLAIN, UMLAUT)
shell("bcrypt 2b", 'mkpasswd -m bcrypt -R 5 -s <<<"$PASSWORD"', PLAIN, UMLAUT)

for kind in ("ID", "I"):
    small = f"argon2.PasswordHasher(memory_cost=512, time_cost=3, parallelism=2, type=argon2.Type.{kind}).hash(password)"
    python(f"argon2{kind.lower()}", small, PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
    other = f"argon2.PasswordHasher(memory_cost=1024, time_cost=1, parallelism=4, hash_len=16, salt_len=8, type=argon2.Type.{kind}).hash(password)"
    python(f"argon2{kind.lower()}", other, PLAIN)
    shell(f"argon2{kind.lower()}", f"php -r 'echo password_hash(getenv(\"PASSWORD\"), PASSWORD_ARGON2{kind});'", PLAIN)
python("argon2id", "argon2.PasswordHasher(memory_cost=65536, time_cost=3, parallelism=4).hash(password)", PLAIN)  # since 21.2
python("argon2id", "argon2.PasswordHasher(memory_cost=7168, time_cost=5, parallelism=1).hash(password)", PLAIN)  # Keycloak's
python("argon2i", 'passlib.argon2.using(type="I", memory_cost=512, rounds=2, parallelism=1).hash(password)', PLAIN, UMLAUT)

python("scrypt", "passlib.scrypt.using(rounds=8).hash(password)", PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("scrypt", "passlib.scrypt.using(rounds=10, block_size=4, parallelism=3).hash(password)", PLAIN)
python("scrypt", "passlib.scrypt.hash(password)", PLAIN)
python("Werkzeug scrypt", 'werkzeug_scrypt(password, "wGX2VxWPvqyTCgaT", 1024)', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("Werkzeug scrypt", 'werkzeug_scrypt(password, "wGX2VxWPvqyTCgaT")', PLAIN)
python("Django scrypt", 'django_scrypt(password, "cbjqDKLTOVE6cYFsJqLFkZ", 1024)', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("Django scrypt", 'django_scrypt(password, "cbjqDKLTOVE6cYFsJqLFkZ")', PLAIN)

for name in ("pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512"):
    python(f"passlib {name}", f"passlib.{name}.using(rounds=1000).hash(password)", PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
    python(f"passlib {name}", f"passlib.{name}.using(rounds=2000, salt_size=64).hash(password)", PLAIN)
    python(f"passlib {name}", f"passlib.{name}.hash(password)", PLAIN)
for name in ("sha1", "sha256", "sha512"):
    python(f"Werkzeug pbkdf2:{name}", f'generate_password_hash(password, "pbkdf2:{name}:1000", 8)', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("Werkzeug pbkdf2:sha256", "generate_password_hash(password)", PLAIN)
python("Werkzeug pbkdf2:sha256", 'generate_password_hash(password, "pbkdf2:sha256:1000000")', PLAIN)  # since 3.1
for name in ("SHA1", ""):
    hasher = f"hashers.PBKDF2{name}PasswordHasher()"
    python(f"Django pbkdf2_{name.lower() or 'sha256'}", f'{hasher}.encode(password, {hasher}.salt(), 1000)', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
    python(f"Django pbkdf2_{name.lower() or 'sha256'}", f'{hasher}.encode(password, {hasher}.salt())', PLAIN)
for rounds in (1000000, 1200000):  # 5.2, 6.0
    python("Django pbkdf2_sha256", f"hashers.PBKDF2PasswordHasher().encode(password, hashers.PBKDF2PasswordHasher().salt(), {rounds})", PLAIN)
python("raw PBKDF2", "raw(password, os.urandom(32))", PLAIN, UMLAUT)
python("Keycloak pbkdf2-sha256", 'keycloak("sha256", password, os.urandom(16), 27500)', PLAIN, UMLAUT)
python("Keycloak pbkdf2-sha512", 'keycloak("sha512", password, os.urandom(16), 210000)', PLAIN)

python("Django argon2", '"argon2" + argon2.PasswordHasher(memory_cost=512, time_cost=2, parallelism=2).hash(password)', PLAIN, UMLAUT)
for name in ("BCrypt", "BCryptSHA256"):
    python(f"Django {name}", f'hashers.{name}PasswordHasher().encode(password, bcrypt.gensalt(5))', PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
python("Django BCryptSHA256", "hashers.BCryptSHA256PasswordHasher().encode(password, hashers.BCryptSHA256PasswordHasher().salt())", PLAIN)

for number, name in ((5, "sha256"), (6, "sha512")):
    python(f"{name}crypt", f"passlib.{name}_crypt.using(rounds=1000).hash(password)", PLAIN, UMLAUT, EMOJI, SPACES, LONG, LONGEST)
    python(f"{name}crypt", f"passlib.{name}_crypt.hash(password)", PLAIN)
    shell(f"{name}crypt", f'mkpasswd -m {name}crypt -s <<<"$PASSWORD"', PLAIN, UMLAUT, SPACES)
    shell(f"{name}crypt", f'mkpasswd -m {name}crypt -R 12345 -s <<<"$PASSWORD"', PLAIN, EMOJI)
    shell(f"{name}crypt", f'openssl passwd -{number} -stdin <<<"$PASSWORD"', PLAIN, UMLAUT, LONGEST)
    salt = f"${number}$rounds=7777$saltsalt$"
    shell(f"{name}crypt", f"php -r 'echo crypt(getenv(\"PASSWORD\"), \"{salt}\");'".replace("$" + str(number), "\\$" + str(number)).replace("$rounds", "\\$rounds").replace("$saltsalt$", "\\$saltsalt\\$"), PLAIN, LONGEST)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.json"), "w") as file:
    json.dump(vectors, file, indent=1, ensure_ascii=False)
    file.write("\n")
print(len(vectors), "vectors", file=sys.stderr)
