#if !__has_include(<webp/demux.h>)
#error "libwebp's headers are missing: install libwebp-dev (Debian, Ubuntu), libwebp-devel (Fedora) or webp from Homebrew (macOS)"
#endif
#include <webp/decode.h>
#include <webp/demux.h>
