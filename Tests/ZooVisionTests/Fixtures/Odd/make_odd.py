"""Makes the images in this folder and expected.json: members of the grid of scripts/check-images.

    PYTHONPATH=../../../../scripts python make_odd.py

Needs Pillow, numpy and libturbojpeg. A member is here because a decoder has to do something of its own
for it, or once did not.
"""

import importlib
import json
import warnings
from pathlib import Path

import odd_images

FOLDER = Path(__file__).parent
outcome = importlib.import_module("check-images").outcome

READ = """
png-window8 png-window10-level9 png-window14 png-idat-bytes png-idat-empty-first png-idat-empty-last
png-idat-garbage-after png-idat-garbage-chunk png-idat-more-rows png-idat-second png-idat-stored
png-palette1-of1 png-palette4-of15 png-palette8-of3 png-palette8-of255 png-palette-grey
png-palette-trns256 png-palette-trns-first png-0-16-interlaced-trns png-6-16-interlaced-trns
png-3-1-trns-one png-chunk-gamma0 png-chunk-icc-damaged png-chunk-after-private png-end-more
png-animation png-animation-hidden-default png-animation-no-frames png-animation-exif
png-animation-exif-middle png-animation-exif-last png-exif-after png-exif-two png-exif-3-prefixes
png-text-exif png-xmp-compressed png-xmp-after png-xmp-text png-xmp-raw
png-raw-in-tEXt png-raw-in-zTXt png-raw-in-iTXt png-raw-after-zTXt png-raw-upper png-raw-narrow
png-raw-odd-width png-raw-app1 png-raw-spaces png-raw-odd-digits png-raw-no-digits png-raw-short
png-raw-wrong-length png-raw-and-exif png-raw-two png-raw-damaged png-raw-xmp png-raw-prefixed-twice
png-exif-plain png-exif-prefixed png-exif-count0 png-exif-count2 png-exif-count3
png-exif-count3-outside png-exif-type1-le png-exif-type6-be png-exif-type8-le png-exif-type9-be
png-exif-type11-le png-exif-type13-le png-exif-type2 png-exif-type5 png-exif-type5-zero
png-exif-type5-half png-exif-type10-twelve png-exif-type12 png-exif-type16 png-exif-twice
png-exif-twice-empty png-exif-after-outside png-exif-after-short png-exif-after-huge png-exif-cut22
png-exif-mark-49492b00 png-exif-mark-4d4d2a00 png-exif-xmp png-exif-xmp-element png-exif-xmp-9
png-exif-xmp-and-exif1 png-exif-xmp-and-other png-exif-xmp-and-text
jpeg-4x1-scans jpeg-1x4 jpeg-3x1-17x15 jpeg-3x2 jpeg-mixed jpeg-chroma-larger jpeg-422-as-2x2-1x2
jpeg-440-as-2x2-2x1 jpeg-grey-4x4 jpeg-2x2-restart jpeg-inks-1x1 jpeg-inks-2x2-adobe0
jpeg-inks-2x2-adobe2 jpeg-ids-82-71-66 jpeg-ids-82-71-66-adobe1 jpeg-ids-1-2-3-adobe0
jpeg-jfif-and-adobe0 jpeg-arithmetic-1-s0-progressive jpeg-arithmetic-3-s2 jpeg-arithmetic-4-s0
jpeg-wide-tables jpeg-length0 jpeg-length1 jpeg-fill jpeg-fill-between jpeg-after-end jpeg-mpo
jpeg-height-again jpeg-exif-prefixed jpeg-exif-prefixed-twice jpeg-exif-in-two jpeg-exif-two
jpeg-exif-no-prefix jpeg-exif-in-app2 jpeg-exif-after-frame jpeg-exif-after-scan jpeg-exif-type8-be
jpeg-exif-count2 jpeg-exif-xmp jpeg-xmp-two jpeg-xmp-extended
webp-exif-plain webp-exif-prefixed webp-exif-prefixed-twice webp-exif-count2 webp-exif-xmp
webp-exif-without-flag webp-exif-first webp-exif-simple webp-exif-two webp-animation-part-lossless-2
webp-animation-clear-lossy-0 webp-lossless-flags10 webp-lossy-profile webp-alpha-without-flag
webp-lossy-after webp-lossless-unknown webp-16383x1-lossless
"""

REFUSED = {
    "integrity": """
        png-window16 png-filter5 png-idat-none png-idat-parted png-idat-fewer-rows png-idat-no-adler
        png-idat-adler-wrong png-idat-crc png-idat-dictionary png-chunk-unknown-critical
        png-palette8-of0 png-palette-odd-length png-palette-none png-palette8-of257 png-header-depth3
        png-header-interlace2 png-header-twice png-cgbi jpeg-fraction jpeg-two-frames jpeg-scan-first
        jpeg-no-quantisation jpeg-zeros-after jpeg-restart-order jpeg-damaged webp-lossy-canvas
        webp-lossless-twice webp-alpha-after webp-animation-outside
    """,
    "unsupported": "jpeg-frame-c3 jpeg-frame-c5 jpeg-precision12-extended jpeg-precision16 jpeg-two jpeg-five",
}


def main():
    warnings.simplefilter("ignore")
    files = odd_images.grid()
    suffixes = {"jpeg": "jpg", "png": "png", "webp": "webp"}
    expected = {}
    for name in READ.split():
        name = f"{name}.{suffixes[name.split('-')[0]]}"
        expected[name] = outcome(files[name])
        assert "refused" not in expected[name], name
    for kind, names in REFUSED.items():
        for name in names.split():
            expected[f"{name}.{suffixes[name.split('-')[0]]}"] = {"refused": kind}
    for name in expected:
        (FOLDER / name).write_bytes(files[name])
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
