import ZooCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension RGBImage {
  /// Reads and decodes a JPEG, PNG or WebP file; of an animation, the first frame.
  ///
  /// - Throws: ``ImageError`` as for a path, and for the URL of something else than a file.
  public init(
    contentsOf url: URL, options: ImageDecodingOptions = ImageDecodingOptions()
  ) throws(ImageError) {
    let path: String
    do {
      path = try url.filePath()
    } catch {
      throw ImageError(error)
    }
    try self.init(contentsOf: path, options: options)
  }
}
