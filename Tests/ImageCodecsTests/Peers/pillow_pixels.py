"""Decodes the files named on the command line with Pillow, and writes a line for each: the name; then width, height,
channels and the CRC-32 of the upright pixels, or the error. 16-bit gray keeps its high byte, alpha is dropped."""

import os
import sys
import warnings
import zlib

import numpy
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None


def pixels(path):
    image = Image.open(path)
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return (numpy.asarray(image).astype(numpy.uint32) >> 8).astype(numpy.uint8)
    return numpy.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


for path in sys.argv[1:]:
    try:
        array = pixels(path)
        channels = 1 if array.ndim == 2 else array.shape[2]
        answer = [array.shape[1], array.shape[0], channels, zlib.crc32(array.tobytes())]
    except Exception as error:
        answer = [type(error).__name__]
    print("\t".join(map(str, [os.path.basename(path)] + answer)))
