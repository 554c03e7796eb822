#!/usr/bin/python3
"""A realm as `kc.sh export` writes it: no Keycloak ran, the shape is that of its 26. The hashes are hashlib's and libargon2's."""
import base64
import hashlib
import json
import os
from datetime import datetime, timezone

import argon2

from people import NAME, NOT_A_USERNAME, people, write


def b64(bytes):
    return base64.b64encode(bytes).decode()


def pbkdf2(digest, rounds):
    name = "pbkdf2" if digest == "sha1" else "pbkdf2-" + digest
    def credential(password):
        salt = os.urandom(16)
        return {"hashIterations": rounds, "algorithm": name, "additionalParameters": {}}, salt, hashlib.pbkdf2_hmac(digest, password.encode(), salt, rounds, 64)
    return credential


def argon2id(password):
    salt = os.urandom(16)
    key = argon2.low_level.hash_secret_raw(password.encode(), salt, time_cost=5, memory_cost=7168, parallelism=1, hash_len=32, type=argon2.Type.ID)
    how = {"hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}
    return {"hashIterations": 5, "algorithm": "argon2", "additionalParameters": how}, salt, key


def password_credential(how, salt, key):
    compact = {"separators": (",", ":")}
    return {"id": "c", "type": "password", "createdDate": 1700000000000, "credentialData": json.dumps(how, **compact),
            "secretData": json.dumps({"value": b64(key), "salt": b64(salt), "additionalParameters": {}}, **compact)}


OTP = {"id": "o", "type": "otp", "secretData": "{\"value\":\"JBSWY3DPEHPK3PXP\"}", "credentialData": "{\"subType\":\"totp\",\"digits\":6}"}
rows = people(12)
rows[0]["role"] = "ADMIN"
rows[8]["disabled"] = True
rows[9].update(username="user1@example.org")  # "email as username"
rows += [
    {"email": "line.break@example.org", "username": "line", "name": "Line\nBreak", "password": "x", "createdAt": "2020-01-01 00:00:00", "refused": NAME},
    {"username": "two words", "name": None, "password": "x", "createdAt": "2020-01-01 00:00:00", "refused": NOT_A_USERNAME},
    {"username": "sha1", "name": None, "password": "x", "createdAt": "2020-01-01 00:00:00", "refused": "passwordHash: The hash is refused: it would cost too much to verify: more than 64 MiB or half a second."},
]
methods = [argon2id, pbkdf2("sha256", 600000), pbkdf2("sha512", 210000), pbkdf2("sha256", 27500), pbkdf2("sha1", 20000)]
users = []
for i, row in enumerate(rows):
    first, _, last = (row["name"] or "").partition(" ")
    made = (pbkdf2("sha1", 1300000) if row["username"] == "sha1" else methods[i % 5])(row["password"])
    user = {
        "id": f"00000000-0000-0000-0000-{i:012}", "username": row["username"].lower(), "emailVerified": True, "enabled": not row.get("disabled"),
        "createdTimestamp": int(datetime.fromisoformat(row["createdAt"]).replace(tzinfo=timezone.utc).timestamp() * 1000) + 678,
        "totp": False, "credentials": [OTP, password_credential(*made)], "disableableCredentialTypes": [], "requiredActions": [],
        "realmRoles": ["default-roles-shop"] + ["admin"] * (row.get("role") == "ADMIN"), "notBefore": 0, "groups": [],
    }
    user.update({k: v for k, v in {"email": row.get("email"), "firstName": first, "lastName": last}.items() if v})
    users.append(user)
    if "@" in row["username"]:
        del row["username"]
users.append({"id": "f", "username": "federated", "enabled": True, "credentials": [], "federatedIdentities": [{"identityProvider": "x"}]})
users.append({"id": "s", "username": "service-account-shop", "enabled": True, "serviceAccountClientId": "shop", "credentials": []})
export = json.dumps({"id": "shop", "realm": "shop", "enabled": True, "roles": {"realm": []}, "users": users, "clients": []}, ensure_ascii=False, indent=2)
write("keycloak.export", export + "\n", rows, "email", "username", "name", "role", "disabled", "createdAt")
