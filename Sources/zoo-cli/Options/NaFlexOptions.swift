import ArgumentParser
import ModelZoo

/// Whether images keep their aspect ratios.
struct NaFlexOptions: ParsableArguments {
  @Flag(
    help: """
      Keep each image's aspect ratio, whatever size that gives; for NaFlex networks. --size then \
      only tells how many patches an image has.
      """)
  var naflex = false

  @Option(
    help: ArgumentHelp(
      "With --naflex: how many patches an image has at most; by default as many as --size has.",
      valueName: "n"))
  var maxSeqLen: Int?

  func validate() throws {
    guard let maxSeqLen else { return }
    if !naflex { throw ValidationError("--max-seq-len is for --naflex.") }
    if maxSeqLen < 1 {
      throw ValidationError("--max-seq-len is \(maxSeqLen) where a number from 1 on is expected.")
    }
  }

  /// Finds options of images that need one size.
  func validate(with images: ImageOptions) throws {
    guard naflex else { return }
    let unsuited = [("--simple-crop", images.simpleCrop), ("--fast-jpeg", images.fastJPEG)]
    if let (option, _) = unsuited.first(where: \.1) {
      throw ValidationError("\(option) needs images of one size; leave it or --naflex out.")
    }
  }

  /// What sizes images have.
  var sizing: ImageSizing { naflex ? .naflex(maxSequenceLength: maxSeqLen) : .fixed }
}
