extension RGBStats {
  /// The statistics that birder gives a name (`--rgb-mode`), by that name.
  public static let named: KeyValuePairs<String, RGBStats> = [
    "birder": RGBStats(mean: [0.5191, 0.5306, 0.4877], std: [0.2316, 0.2304, 0.2588]),
    "imagenet": RGBStats(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
    "clip": RGBStats(
      mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711]),
    "neutral": RGBStats(mean: [0, 0, 0], std: [1, 1, 1]),
    "centered": RGBStats(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]),
  ]

  /// Reads one of the names of ``named``, or six numbers with commas between them.
  ///
  /// These are the means of red, green and blue, and their standard deviations.
  public init?(_ text: String) {
    if let known = RGBStats.named.first(where: { $0.key == text }) {
      self = known.value
      return
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).compactMap {
      Float($0.filter { !$0.isWhitespace })
    }
    guard numbers.count == 6, text.count(where: { $0 == "," }) == 5,
      numbers.allSatisfy(\.isFinite), numbers[3...].allSatisfy({ $0 > 0 })
    else { return nil }
    self.init(mean: Array(numbers[..<3]), std: Array(numbers[3...]))
  }
}
