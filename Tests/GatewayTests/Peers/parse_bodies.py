"""What other programs take out of request bodies: parse_bodies.py FILE

FILE has one JSON object a line, {"type": CONTENT_TYPE, "body": BASE64}. For each there is a line on standard output,
{"READER": [BASE64, …], …}: everything that the reader takes as a file or a field and that is an image, or text that
lenient decoders make one of.
"""

import asyncio
import base64
import binascii
import email.parser
import email.policy
import io
import json
import logging
import sys
import urllib.parse
import warnings

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from starlette.requests import Request as StarletteRequest
from werkzeug.wrappers import Request as WerkzeugRequest

settings.configure(DATA_UPLOAD_MAX_MEMORY_SIZE=None, LOGGING_CONFIG=None)
django.setup()
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


def environment(kind, body):
    return {
        "REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "PATH_INFO": "/",
        "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body),
    }


def werkzeug(kind, body):
    request = WerkzeugRequest(environment(kind, body))
    files = [file.stream.read() for _, file in request.files.items(multi=True)]
    return files + [value for _, value in request.form.items(multi=True)]


def starlette(kind, body):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def read():
        scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode("latin-1"))]}
        form = await StarletteRequest(scope, receive).form()
        return [value if isinstance(value, str) else await value.read() for _, value in form.multi_items()]

    return asyncio.run(read())


def django_reader(kind, body):
    request = WSGIRequest(environment(kind, body))
    files = [file.read() for _, several in request.FILES.lists() for file in several]
    return files + [value for _, several in request.POST.lists() for value in several]


def mail(kind, body):
    """The parser of the standard library, which gateways and scripts use for forms."""
    head = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]


READERS = {"werkzeug": werkzeug, "starlette": starlette, "django": django_reader, "mail": mail}


def decoded(text):
    """Base64 as Python reads it: what does not belong there is passed over."""
    for candidate in {text, urllib.parse.unquote_to_bytes(text)}:
        payload = candidate.split(b",", 1)[1] if candidate[:5].lower() == b"data:" and b"," in candidate else candidate
        for decode in (base64.b64decode, base64.urlsafe_b64decode):
            try:
                yield decode(payload + b"=" * (-len(payload) % 4))
            except (binascii.Error, ValueError):
                pass
        yield candidate


def images(values):
    found = set()
    for value in values:
        raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        found.update(data for data in decoded(raw) if data.startswith(SIGNATURES))
    return sorted(base64.b64encode(image).decode() for image in found)


for line in open(sys.argv[1]):
    case = json.loads(line)
    answers = {}
    for name, read in READERS.items():
        try:
            answers[name] = images(read(case["type"], base64.b64decode(case["body"])))
        except Exception:  # Whatever it objects to, it does not use.
            answers[name] = []
    print(json.dumps(answers))
