"""Writes the image files in this folder, and beside each what Pillow decodes it to (NAME.rgb: width * height * 3 bytes).

Pillow cannot write every kind of PNG that exists, so PNG files come from a small writer here; the expected pixels
always come from Pillow's own decoder. A new run gives the same files but for the date inside two colour profiles. Needs numpy, pillow and opencv. Run in this folder: python3 make_fixtures.py
"""

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

WIDTH, HEIGHT = 13, 11
RANDOM = np.random.default_rng(7)
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pack_rows(samples, depth):
    """Rows of packed samples, each with filter type 0 in front."""
    rows = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            packed = flat.astype(">u2").tobytes()
        else:
            bits = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1)[:, 8 - depth:].reshape(-1)
            packed = np.packbits(bits).tobytes()
        rows += b"\0" + packed
    return rows


def png(colour_type, depth, interlaced, extra=b"", trailer=b"", before_end=b""):
    levels = 12 if colour_type == 3 and depth > 3 else 2**depth
    samples = RANDOM.integers(0, levels, (HEIGHT, WIDTH, SAMPLES[colour_type]))
    if interlaced:
        parts = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b"".join(pack_rows(part, depth) for part in parts if part.size)
    else:
        data = pack_rows(samples, depth)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, int(interlaced))
    palette = b""
    if colour_type == 3:
        palette = chunk(b"PLTE", RANDOM.integers(0, 256, (levels, 3)).astype(np.uint8).tobytes())
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + extra
            + chunk(b"IDAT", zlib.compress(data, 9)) + before_end + chunk(b"IEND", b"") + trailer)


def expected(data, upright=False):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    if upright:
        picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I;16"):
        # Pillow clips 16-bit gray when it converts; the high byte is what it gives for every other 16-bit kind.
        high = (np.asarray(picture) >> 8).astype(np.uint8)
        return np.repeat(high[:, :, None], 3, axis=2).tobytes()
    return picture.convert("RGB").tobytes()


def save(name, data, upright=False, like=None):
    """Writes the file, and what Pillow makes of it, or of `like` where Pillow refuses the file."""
    with open(name, "wb") as file:
        file.write(data)
    with open(name.rsplit(".", 1)[0] + ".rgb", "wb") as file:
        file.write(expected(like or data, upright))


def write_pngs():
    kinds = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8),
             (4, 8), (4, 16), (6, 8), (6, 16)]
    names = {0: "gray", 2: "rgb", 3: "palette", 4: "grayalpha", 6: "rgba"}
    for colour_type, depth in kinds:
        for interlaced in (False, True):
            suffix = "-interlaced" if interlaced else ""
            save(f"{names[colour_type]}{depth}{suffix}.png", png(colour_type, depth, interlaced))
    save("gray8-trns.png", png(0, 8, False, chunk(b"tRNS", struct.pack(">H", 17))))
    save("rgb8-trns.png", png(2, 8, False, chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))))
    save("palette8-trns.png", png(3, 8, False, chunk(b"tRNS", bytes([0, 128, 255]))))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    extra = (chunk(b"gAMA", struct.pack(">I", 2000)) + chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile)))
    late = (chunk(b"tEXt", b"Comment\0hello") + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hello")))
    save("metadata.png", png(2, 8, False, extra, b"PK\3\4 trailing", late))
    frames = [Image.fromarray(RANDOM.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)) for _ in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:], duration=100)
    save("animation.png", buffer.getvalue())


def photo(width=45, height=37):
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 120 * np.sin(x / (3.0 + k) + k) * np.cos(y / (4.0 + k)) for k in range(3)]
    noisy = np.stack(waves, axis=2) + RANDOM.normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def jpeg(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **{"quality": 88, **options})
    return buffer.getvalue()


def with_orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def write_jpegs():
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        save(f"baseline-{name}.jpg", jpeg(photo(), subsampling=subsampling))
        save(f"progressive-{name}.jpg", jpeg(photo(), subsampling=subsampling, progressive=True))
    save("gray.jpg", jpeg(photo().convert("L")))
    save("gray-progressive.jpg", jpeg(photo().convert("L"), progressive=True))
    save("restart.jpg", jpeg(photo(), restart_marker_blocks=2))
    save("rgb-kept.jpg", jpeg(photo(), keep_rgb=True))
    save("one-pixel.jpg", jpeg(photo(1, 1)))
    save("tall.jpg", jpeg(photo(3, 61)))
    cmyk = jpeg(photo().convert("CMYK"))
    save("cmyk.jpg", cmyk)
    # The last byte of the Adobe segment says how the four components are coded: 2 is YCCK.
    adobe = cmyk.index(b"Adobe")
    save("ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])
    for value in range(1, 9):
        save(f"orientation-{value}.jpg", jpeg(photo(), exif=with_orientation(value)), upright=True)
    thumbnail = jpeg(photo(16, 12))
    base = jpeg(photo(), comment=b"hello", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    exif = b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    save("findings.jpg", base[:2] + segment + base[2:] + b"<html>trailing")
    buffer = io.BytesIO()
    photo().save(buffer, "MPO", save_all=True, append_images=[photo()], quality=88)
    save("multiple.jpg", buffer.getvalue())


def write_stowaways():
    """Files that carry more than their picture. After the others, whose random numbers must stay the same."""
    sound = png(2, 8, False)
    header_end = 33
    # Twenty megabytes of comment in twenty kilobytes: whoever inflates it does work that no picture asks for.
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000), 9))
    save("text-bomb.png", sound[:header_end] + bomb + sound[header_end:], like=sound)
    save("private-chunk.png", sound[:header_end] + chunk(b"prVt", bytes(1024)) + sound[header_end:])
    private = jpeg(photo())
    save("private-segment.jpg", private[:2] + b"\xff\xe9\x04\x02" + bytes(1024) + private[2:])


def write_wide_jpegs():
    """Several MCUs in each direction, for decoding parts of a picture."""
    y, x = np.mgrid[0:97, 0:131]
    waves = [127 + 120 * np.sin(x * y / (90.0 + 40 * k) + k) for k in range(3)]
    picture = np.stack(waves, axis=2).astype(np.uint8)
    for name in ("444", "422", "420", "440", "411"):
        factor = getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{name}")
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor, cv2.IMWRITE_JPEG_QUALITY, 80])
        save(f"wide-{name}.jpg", data.tobytes())
    save("wide-gray.jpg", jpeg(Image.fromarray(picture[:, :, 0])))
    save("wide-restart.jpg", jpeg(Image.fromarray(picture), restart_marker_blocks=3))
    save("wide-progressive.jpg", jpeg(Image.fromarray(picture), progressive=True))


def write_scans():
    """Progressive pictures that are decoded twice, with their coefficients as they are and packed: no pixels beside."""
    random = np.random.default_rng(11)
    y, x = np.mgrid[0:187, 0:323]
    waves = [127 + 120 * np.sin(x * y / (190.0 + 40 * k) + k) for k in range(3)]
    # One half is calm, the other noisy: runs of zeros and none.
    noisy = np.stack(waves, axis=2) + random.normal(0, 40, (187, 323, 3)) * (x > 160)[:, :, None]
    picture = np.clip(noisy, 0, 255).astype(np.uint8)
    for name in ("444", "422", "420", "440", "411"):
        factor = getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{name}")
        options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor, cv2.IMWRITE_JPEG_QUALITY, 60, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
        with open(f"scans/{name}.jpg", "wb") as file:
            file.write(cv2.imencode(".jpg", picture, options)[1].tobytes())
    image = Image.fromarray(picture)
    for name, kind, options in (
            ("cmyk", image.convert("CMYK"), {"quality": 60}), ("gray", image.convert("L"), {"quality": 60}),
            ("restart", image, {"quality": 75, "restart_marker_blocks": 7})):
        with open(f"scans/{name}.jpg", "wb") as file:
            file.write(jpeg(kind, progressive=True, **options))


if __name__ == "__main__":
    write_pngs()
    write_jpegs()
    write_stowaways()
    write_wide_jpegs()
    write_scans()
