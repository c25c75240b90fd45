#if !__has_include(<png.h>)
#error "libpng's headers are missing: install libpng-dev (Debian, Ubuntu), libpng-devel (Fedora) or libpng from Homebrew (macOS)"
#endif
#include <png.h>
