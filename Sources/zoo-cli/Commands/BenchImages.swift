import ArgumentParser
import ModelZoo

extension RootCommand {
  /// For `Benchmarks/images.py`, which compares with Pillow.
  struct BenchImages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "bench-images",
      abstract: "Measure how fast image files are decoded and transformed on one thread.",
      discussion: """
        For each file, in milliseconds and as the median of several times: from the file to pixels, \
        and from these to a normalised tensor [3, N, N].
        """,
      shouldDisplay: false)

    @Argument(help: "JPEG, PNG or WebP files.", completion: .file())
    var images: [String]

    @Option(help: "Height and width of the tensor.")
    var size = 224

    @Option(help: "How often each file is decoded and transformed.")
    var times = 20

    @Flag(help: "Decode large JPEG files at a fraction of their size.")
    var fastJPEG = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard times >= 1 else { throw ValidationError("--times has to be 1 or more.") }
    }

    func run() async throws {
      let transform = try ImageTransform(
        size: ImageSize(side: size),
        rgbStats: RGBStats(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]))
      let options = ImageDecodingOptions(reducedJPEGSize: fastJPEG ? transform.resizedSize : nil)
      let rows = try await offload { cancellation in
        try images.map { path in
          var (decoding, transforming): ([Double], [Double]) = ([], [])
          for _ in 0..<times {
            try cancellation.check()
            let start = ContinuousClock.now
            let image = try RGBImage(contentsOf: path, options: options)
            let decoded = ContinuousClock.now
            _ = transform(image)
            decoding.append((decoded - start) / .milliseconds(1))
            transforming.append((ContinuousClock.now - decoded) / .milliseconds(1))
          }
          return (path, median(decoding), median(transforming))
        }
      }
      if json {
        return try StandardOutput.write(
          .array(
            rows.map { path, decoding, transforming in
              [
                "image": .string(path), "decode_ms": .number(decoding),
                "transform_ms": .number(transforming),
              ]
            }))
      }
      var table = Table([("IMAGE", .left), ("DECODE MS", .right), ("TRANSFORM MS", .right)])
      for (path, decoding, transforming) in rows {
        table.append([
          path, Units.decimal(decoding, places: 2), Units.decimal(transforming, places: 2),
        ])
      }
      try StandardOutput.write(table.text())
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  }
}
