"""Reads the archives named on the command line with tarfile, as far as it can, and writes a line of JSON for each: the
file's name, and the names and SHA-256 of the regular members that begin like a JPEG or PNG."""

import hashlib
import json
import os
import sys
import tarfile


def images(archive):
    for member in archive:
        data = archive.extractfile(member).read() if member.isreg() else b""
        if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
            # As in verdicts, bytes that are not UTF-8 are replaced.
            name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            yield {"name": name, "sha256": hashlib.sha256(data).hexdigest()}


for path in sys.argv[1:]:
    found = []
    try:
        with tarfile.open(path, "r:") as archive:
            for image in images(archive):
                found.append(image)
    except tarfile.TarError:
        pass
    print(json.dumps({"file": os.path.basename(path), "images": found}))
