import CPixels

/// How a process gets its memory for images from the system.
package enum ImageMemory {
  /// Lets it go back as soon as it is free.
  ///
  /// By itself, glibc keeps more and more of it for each thread that decodes images, so that a long
  /// run over a collection takes more memory than a short one. It is for the whole process, and so
  /// for programs to call and not for the library.
  package static func returnsLargeBlocks() { pixels_return_large_blocks() }
}
