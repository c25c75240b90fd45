import ZooCore

extension ImageSize {
  /// Fails for sizes that no network takes.
  func check() throws(NetworkError) {
    guard [height, width].allSatisfy({ (1...ImageSize.largestSide).contains($0) }) else {
      throw .invalidSize(self, reason: "both must be from 1 to \(ImageSize.largestSide)")
    }
  }
}
