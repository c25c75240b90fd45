import CPixels
import CTurboJPEG
import CWebP

/// Versions of the system's image libraries, for reports.
package enum ImageLibraries {
  /// libjpeg-turbo at build time, which does not tell at run time; `nil` if its headers do not say.
  package static var jpeg: String? {
    let number = zoo_libjpeg_turbo_version()
    return number == 0 ? nil : "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }

  /// libpng.
  package static var png: String { String(cString: pixels_png_version()) }

  /// libwebp.
  package static var webP: String {
    let number = WebPGetDecoderVersion()
    return "\(number >> 16).\(number >> 8 & 0xFF).\(number & 0xFF)"
  }
}
