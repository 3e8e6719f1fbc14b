"""Verifies a Sluice audit log without Sluice, from the description in Sources/AuditLog/README.md alone.

usage: verify_audit.py FOLDER [--key VKEY] [--checkpoint FILE]

Needs Python 3 and its standard library. Quarantined images are checked unless they are encrypted.
"""

import argparse
import base64
import datetime
import hashlib
import json
import pathlib
import re
import sqlite3
import sys

# Ed25519 (RFC 8032): the curve -x² + y² = 1 + d·x²·y² over the integers modulo P, with a base point of order L.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def x_of(y, is_odd):
    """The x coordinate of a point, or None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and is_odd):
        return None
    return P - x if x % 2 != is_odd else x


def point(encoded):
    """A point (X : Y : Z : T) with x = X/Z, y = Y/Z, xy = T/Z."""
    number = int.from_bytes(encoded, "little")
    y, is_odd = number % 2**255, number >> 255
    x = x_of(y, is_odd) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, p):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, p)
        p = add(p, p)
        number >>= 1
    return result


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signature(signature, message, key):
    public, commitment = point(key), point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(scalar, BASE), add(commitment, times(challenge, public))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


class Problem(Exception):
    pass


def base64_bytes(text):
    return base64.b64decode(text, validate=True)


def read_key(text):
    """A key as (name, identifier, public key)."""
    try:
        name, identifier, data = text.split("+", 2)
        data = base64_bytes(data)
    except ValueError:
        raise Problem(f"this is no key: {text}")
    expected = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != 1 or identifier != expected.hex():
        raise Problem(f"this is no key: {text}")
    return name, expected, data[1:]


def read_note(text, keys):
    """A checkpoint as (writer, sequence, hash), after its signature has been verified."""
    try:
        body, signature = text.split("\n\n")
        origin, sequence, digest, time = body.split("\n")
        dash, name, data = signature.removesuffix("\n").split(" ")
        digest, data = base64_bytes(digest), base64_bytes(data)
    except ValueError:
        raise Problem("has a checkpoint that cannot be read")
    if (
        not origin.startswith("sluice-audit/")
        or not re.fullmatch("[1-9][0-9]*", sequence)
        or len(digest) != 32
        or dash != "\u2014"
        or len(data) != 68
        or not signature.endswith("\n")
    ):
        raise Problem("has a checkpoint that cannot be read")
    message = (body + "\n").encode()
    if not any(
        key[:2] == (name, data[:4]) and is_signature(data[4:], message, key[2]) for key in keys
    ):
        raise Problem("has a checkpoint that no trusted key signed")
    return origin.removeprefix("sluice-audit/"), int(sequence), digest.hex()


def microseconds(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return (moment - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def check_record(writer, number, row, previous):
    """Checks a row of audit_record, and returns its hash."""
    sequence, time, kind, digest, record = row
    if sequence != number:
        raise Problem(f"is missing: the next is number {sequence}")
    if not isinstance(record, str):
        raise Problem("is no text")
    expected = hashlib.sha256(f"sluice audit record 1\n{previous}\n{record}".encode()).hexdigest()
    if expected != digest:
        raise Problem("was changed, or a record before it: its hash does not follow")
    try:
        said = json.loads(record)
        stands = [said["version"], said["writer"], said["sequence"], microseconds(said["time"]), said["kind"]]
    except (ValueError, KeyError, TypeError):
        raise Problem("is no record")
    if stands != [1, writer, number, time, kind]:
        raise Problem("says that it is another")
    return expected


def check_chain(database, writer, keys, kept):
    """Checks one chain; returns how many records and checkpoints it has."""
    number, previous = 0, "0" * 64
    notes = dict(database.execute("SELECT sequence, note FROM audit_checkpoint WHERE writer = ?", [writer]))
    checkpoints = len(notes)
    rows = database.execute(
        "SELECT sequence, time, kind, hash, record FROM audit_record WHERE writer = ? ORDER BY sequence", [writer]
    )
    place = 1
    try:
        for row in rows:
            place = number + 1
            previous = check_record(writer, place, row, previous)
            if place in notes and read_note(notes.pop(place), keys) != (writer, place, previous):
                raise Problem("has a checkpoint of another chain")
            if kept.get((writer, place), previous) != previous:
                raise Problem("was rewritten: a checkpoint that was kept elsewhere has another hash for it")
            number = place
        place = number + 1
        later = [sequence for sequence in notes] + [sequence for name, sequence in kept if name == writer]
        if any(sequence > number for sequence in later):
            raise Problem(f"is missing: there is a checkpoint of record {max(later)}")
        head = database.execute("SELECT sequence, hash FROM audit_writer WHERE writer = ?", [writer]).fetchone()
        if head != (number, previous) and (head or number):
            raise Problem(f"is where the chain ends, but its head says {head}")
    except Problem as problem:
        raise Problem(f"{writer}:{place}: {problem}")
    return number, checkpoints


def check_images(database, folder):
    for digest, size in database.execute("SELECT sha256, bytes FROM audit_object WHERE state = 0 ORDER BY sha256"):
        path = folder / "quarantine" / digest[:2] / digest
        try:
            contents = path.read_bytes()
        except FileNotFoundError:
            raise Problem(f"the image {digest} is missing from the quarantine")
        if contents.startswith(b"sluice quarantine 1\n"):
            continue
        if hashlib.sha256(contents).hexdigest() != digest or len(contents) != size:
            raise Problem(f"the image {digest} is another")


def verify(folder, keys, kept):
    database = sqlite3.connect(f"{(folder / 'audit.sqlite').absolute().as_uri()}?mode=ro", uri=True)
    # One state of the log, however long this takes.
    database.execute("BEGIN")
    # Queries are answered from indexes, and one that leaves rows out would hide records.
    if database.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
        raise Problem("the database is damaged")
    tables = ["audit_writer", "audit_record", "audit_checkpoint"]
    names = {name for table in tables for (name,) in database.execute(f"SELECT DISTINCT writer FROM {table}")}
    records = checkpoints = 0
    for name in sorted(names | {name for name, _ in kept}, key=str):
        if not isinstance(name, str) or not re.fullmatch("[A-Za-z0-9._-]{1,64}", name):
            raise Problem(f"there is a chain without a name: {name!r}")
        counts = check_chain(database, name, keys, kept)
        records, checkpoints = records + counts[0], checkpoints + counts[1]
    check_images(database, folder)
    return records, checkpoints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--key", action="append", help="a key to trust instead of those in signing.pub")
    parser.add_argument("--checkpoint", type=pathlib.Path, help="one that was kept elsewhere")
    options = parser.parse_args()
    try:
        published = options.folder / "signing.pub"
        texts = options.key or (published.read_text().splitlines() if published.exists() else [])
        keys = [read_key(text) for text in texts]
        kept = {}
        if options.checkpoint:
            writer, sequence, digest = read_note(options.checkpoint.read_bytes().decode(), keys)
            kept[writer, sequence] = digest
        records, checkpoints = verify(options.folder, keys, kept)
    except (Problem, OSError, UnicodeError, sqlite3.Error) as problem:
        print(problem)
        return 1
    print(f"{records} records, {checkpoints} checkpoints hold")
    return 0


if __name__ == "__main__":
    sys.exit(main())
