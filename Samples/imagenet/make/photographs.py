"""Save the photographs of this sample, taken from a wheel of scikit-image.

    python photographs.py scikit_image-0.26.0-….whl
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "photographs"
QUALITY = 90
MEMBERS = {
    "astronaut": "astronaut.png",
    "camera": "camera.png",
    "chelsea": "chelsea.png",
    "clock": "clock_motion.png",
    "coffee": "coffee.png",
    "rocket": "rocket.jpg",
}


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        for name, member in MEMBERS.items():
            data = wheel.read(f"skimage/data/{member}")
            if not member.endswith(".jpg"):
                stream = io.BytesIO()
                Image.open(io.BytesIO(data)).convert("RGB").save(stream, "JPEG", quality=QUALITY)
                data = stream.getvalue()
            (FOLDER / f"{name}.jpg").write_bytes(data)


if __name__ == "__main__":
    main()
