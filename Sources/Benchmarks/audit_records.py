#!/usr/bin/env python3
"""Adds synthetic verdicts to an audit log, in the form that Sources/AuditLog/README.md describes.

usage: audit_records.py FOLDER [COUNT]

They form a chain of their own, `synthetic`, spread over 90 days: 2 % flagged, 1 % rejected.
"""
import datetime
import hashlib
import json
import random
import sqlite3
import sys
import time


def verdict(number, moment, generator):
    chance = generator.random()
    flagged, rejected = chance < 0.02, 0.02 <= chance < 0.03
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    detectors = [
        {
            "name": name, "kind": "featureSqueezing", "score": round(generator.expovariate(4), 9), "pValue": 0.41,
            "contribution": 0.9, "flagged": flagged and generator.random() < 0.6, "seen": f"{name} moves the prediction most",
            "detail": {"squeezers": [{"squeezer": name, "measure": "jensenShannon", "distance": 0.2, "class": 7, "probability": 0.8}]},
        }
        for name in ["mirror", "shift", "second-model", "chroma"]
    ]
    record = {
        "version": 1, "writer": "synthetic", "sequence": number, "time": moment, "kind": "verdict",
        "request": f"request-{number}", "route": "infer", "client": f"10.0.{number % 40}.{number % 7}", "id": str(number),
        "source": f"request-{number}", "sha256": digest,
        "verdict": "rejected" if rejected else "adversarial" if flagged else "clean",
        "action": "rejected" if rejected else "flagged" if flagged else "forwarded",
        "filter": {"name": "synthetic", "digest": "0" * 64},
        "image": {"format": "jpeg", "width": 500, "height": 375},
    }
    if not rejected:
        record |= {"pValue": 0.4, "budget": 0.05, "prediction": {"class": 7, "probability": 0.9}, "detectors": detectors}
    return record | {"milliseconds": {"decode": 1.9, "preprocess": 0.4, "detect": 29.8}, "bytes": 110000, "quarantined": False}


def main():
    folder, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    database = sqlite3.connect(f"{folder}/audit.sqlite", isolation_level=None)
    generator = random.Random(1)
    start = time.time() - 90 * 86400
    previous = "0" * 64
    database.execute("BEGIN")
    for number in range(1, count + 1):
        microseconds = int((start + number * 90 * 86400 / count) * 1_000_000)
        seconds, fraction = divmod(microseconds, 1_000_000)
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction:06d}Z"
        record = verdict(number, moment, generator)
        text = json.dumps(record, separators=(",", ":"))
        previous = hashlib.sha256(f"sluice audit record 1\n{previous}\n{text}".encode()).hexdigest()
        columns = [record.get(name) for name in ["verdict", "action", "client", "source", "request", "sha256"]]
        database.execute(
            "INSERT INTO audit_record (writer, sequence, time, kind, verdict, action, client, source, request, sha256, filter,"
            " hash, record) VALUES ('synthetic', ?, ?, 'verdict', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [number, microseconds, *columns, record["filter"]["digest"], previous, text])
        for detector in record.get("detectors", []):
            if detector["flagged"]:
                database.execute(
                    "INSERT INTO audit_flag (writer, sequence, detector, time) VALUES ('synthetic', ?, ?, ?)",
                    [number, detector["name"], microseconds])
    database.execute(
        "INSERT INTO audit_writer (writer, sequence, hash) VALUES ('synthetic', ?, ?)", [count, previous])
    database.execute("COMMIT")


main()
