import ZooCore
import ZooTensors

/// What a family builds a network from.
package struct Build {
  /// The options, registered ones merged with the checkpoint's and the caller's.
  let options: Options
  /// The tensors, at the top of the state dict.
  let weights: Weights
  /// Height and width of the images that the weights were made for.
  let size: ImageSize
  /// Height and width of the images to come.
  let newSize: ImageSize
  /// Height and width of the patches to come, if they are others than those of the weights; only
  /// families that say so take any.
  let patchSize: Int?

  /// The patches of the weights' images and of those to come, for weights made for patches of p x p
  /// pixels.
  ///
  /// - Throws: ``NetworkError/invalidSize(_:reason:)`` unless patches fill the images.
  func grids(patchSize p: Int) throws(NetworkError) -> PatchGrids {
    func grid(_ size: ImageSize, _ p: Int) throws(NetworkError) -> ImageSize {
      guard [size.height, size.width].allSatisfy({ $0 % p == 0 }) else {
        throw .invalidSize(size, reason: "both must be multiples of \(p)")
      }
      return size.divided(by: p)
    }
    return PatchGrids(
      made: try grid(size, p), resized: try grid(newSize, p),
      coming: try grid(newSize, patchSize ?? p))
  }
}

/// How many patches lie below and beside each other.
struct PatchGrids {
  /// In the images that the weights were made for.
  let made: ImageSize
  /// In images of the size to come, with patches of the size that the weights were made for.
  let resized: ImageSize
  /// In the images to come.
  let coming: ImageSize
}

extension ImageSize {
  /// The grid of squares of `side` pixels, as many as fit.
  func divided(by side: Int) -> ImageSize {
    ImageSize(height: height / side, width: width / side)
  }
}
