import Foundation
import ModelZoo
import Testing

/// URLs and data in the place of paths.
@Suite struct URLTests {
  let directory: TemporaryDirectory
  /// A place whose name a URL escapes.
  let place: URL

  init() throws {
    directory = try TemporaryDirectory()
    place = URL(filePath: directory.path).appending(path: "ü b%20c")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
  }

  private func copy(_ file: String, as name: String) throws -> URL {
    let url = place.appending(path: name)
    try FileManager.default.copyItem(at: URL(filePath: file), to: url)
    return url
  }

  @Test func everyInputCanBeAURL() async throws {
    let sample = try Digits.samples()[0]
    let image = try copy(sample.path, as: "digit #1.png")
    let weights = try copy(Digits.folder + "/\(Digits.model).pt", as: "model.pt")
    let headFile = try copy(Digits.folder + "/\(Digits.model)-digit.head.pt", as: "model.head.pt")

    let zoo = try Zoo(
      registry: try Digits.registry(),
      fetcher: Fetcher(cache: try Cache(root: place.appending(path: "cache"))), threads: 2)
    #expect(zoo.fetcher.cache.root == place.path + "/cache")
    let (net, info) = try await zoo.loadModel(from: weights, network: "vit_digits_ls")
    #expect(info.file == weights.path)
    let head = try await zoo.loadHead(from: headFile, for: net)
    net.resetClassifier(head.classNames.count)
    try net.classifier.load(head)

    let transform = try zoo.transform(for: net, info)
    let expected = try #require(sample.probabilities["digit"])
    for found in [
      try await inferImage(net, image, transform).output,
      try await inferImage(net, try Data(contentsOf: image), transform).output,
      try await inferImage(net, try RGBImage(contentsOf: image), transform).output,
    ] {
      #expect(difference(found, expected) < tolerance)
      #expect(found.topK(1, classNames: head.classNames)[0][0].label == sample.labels["digit"])
    }
    #expect(try ImageCollection([.url(image), .url(place)]).count == 2)

    let copied = place.appending(path: "copy.safetensors")
    try Checkpoint(contentsOf: weights).write(to: copied)
    let read = try Checkpoint(decoding: try Data(contentsOf: copied), name: "copy")
    #expect(read.file == "copy")
    #expect(read.stateDict.count == (try Checkpoint(path: weights.path).stateDict.count))
  }

  @Test func aURLThatIsNoFileIsRefusedByName() async throws {
    let url = try #require(URL(string: "https://models.example/a.jpg"))
    let text = url.absoluteString
    func check(_ work: () throws -> Void) {
      let error = #expect(throws: (any Error).self) { try work() }
      #expect(error is any ZooFailure)
      #expect(error.map { "\($0)" }?.contains(text) == true)
    }
    check { _ = try RGBImage(contentsOf: url) }
    check { _ = try Checkpoint(contentsOf: url) }
    check { _ = try Cache(root: url) }
    check { _ = try ImageCollection([.url(url)]) }
    let zoo = try Digits.zoo(cache: directory)
    await #expect(throws: FileError.self) {
      try await zoo.loadModel(from: url, network: "vit_digits_ls")
    }
  }
}
