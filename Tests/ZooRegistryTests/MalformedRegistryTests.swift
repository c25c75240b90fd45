import Testing
import ZooCore

@testable import ZooRegistry

@Suite struct MalformedRegistryTests {
  @Test(arguments: [
    ("", "registry 'zoo.json' is not valid JSON: the text ends where a value should be at byte 0"),
    (
      #"{"schema": 1, "schema": 1}"#,
      "registry 'zoo.json' is not valid JSON: key 'schema' stands twice at byte 14"
    ),
    ("[]", "registry 'zoo.json': expected an object, found an array; correct the registry"),
    (
      "{}",
      "registry 'zoo.json', field 'schema': expected the number 1, found nothing; correct the "
        + "registry"
    ),
    (
      #"{"schema": "1"}"#,
      #"registry 'zoo.json', field 'schema': expected the number 1, found "1"; correct the "#
        + "registry"
    ),
    (
      #"{"schema": 1, "models": []}"#,
      "registry 'zoo.json', field 'models': expected an object or null, found an array; correct "
        + "the registry"
    ),
    (
      #"{"schema": 1, "networks": {"n": 5}}"#,
      "registry 'zoo.json', network 'n': expected an object, found 5; correct the registry"
    ),
    (
      #"{"schema": 1, "networks": {"n": {"config": {}}}}"#,
      "registry 'zoo.json', network 'n', field 'family': expected the name of a family, found "
        + "nothing; correct the registry"
    ),
    (
      #"{"schema": 1, "networks": {"n": {"family": "vit", "config": [1]}}}"#,
      "registry 'zoo.json', network 'n', field 'config': expected an object or null, found an "
        + "array; correct the registry"
    ),
    (
      #"{"schema": 1, "models": {"../m": {}}}"#,
      "registry 'zoo.json', field 'models': expected names that can be part of a file name (1 to "
        + #"200 bytes, no '/', no control characters, not '.' or '..'), found "../m"; correct the "#
        + "registry"
    ),
  ])
  func faultOfTheRegistryIsNamed(text: String, message: String) {
    let error = failure(text.utf8)
    #expect(error?.description == message)
    #expect(error?.kind == .integrity)
  }

  @Test(arguments: [
    Fault("files", "{}", "an object with at least one file", "an object"),
    Fault("files", "null", "an object with at least one file", "null"),
    Fault("files", "[1]", "an object or null", "an array"),
    Fault(
      "files", #"{"pt": {"url": "ftp://h/a"}}"#, at: "files.pt.url", expectedURL, #""ftp://h/a""#),
    Fault("files", #"{"pt": {}}"#, at: "files.pt.url", expectedURL, "nothing"),
    Fault("files", #"{"pt": 1}"#, at: "files.pt.url", expectedURL, "nothing"),
    Fault(
      "files", #"{"pt": {"url": "a", "mirrors": ["b", "x:y"]}}"#, at: "files.pt.mirrors",
      "an array, each \(expectedURL) or null", "an array"
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "sha256": "abc"}}"#, at: "files.pt.sha256",
      "64 hexadecimal digits or null", #""abc""#
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "size": 0}}"#, at: "files.pt.size",
      "a positive integer or null", "0"
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "size": 1.5}}"#, at: "files.pt.size",
      "a positive integer or null", "1.5"
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "size_mib": "1"}}"#, at: "files.pt.size_mib",
      "a positive number or null", #""1""#
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "chunks": {"sha256": []}}}"#, at: "files.pt.chunks.size",
      "a positive integer", "nothing"
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "size": 9, "chunks": {"size": 4, "sha256": ["a"]}}}"#,
      at: "files.pt.chunks.sha256", "an array, 3 times 64 hexadecimal digits", "an array"
    ),
    Fault(
      "files", #"{"pt": {"url": "a", "chunks": {"size": 4, "sha256": ["a"]}}}"#,
      at: "files.pt.chunks.sha256", "an array, each 64 hexadecimal digits", "an array"
    ),
    Fault(
      "heads", #"{"family": {"url": "h", "classes": -3}}"#, at: "heads.family.classes",
      "a positive integer or null", "-3"
    ),
    Fault(
      "heads", #"{"family": {"url": "h", "metrics": {"top1": "99"}}}"#,
      at: "heads.family.metrics.top1", "a number", #""99""#
    ),
    Fault("heads", #"{"": {"url": "h"}}"#, expectedNames, #""""#),
    Fault("heads", #"{"a/b": {"url": "h"}}"#, expectedNames, #""a/b""#),
    Fault("heads", #"{"..": {"url": "h"}}"#, expectedNames, #""..""#),
    Fault("heads", #"{"a\u0000b": {"url": "h"}}"#, expectedNames, #""a\u0000b""#),
    Fault("network", "7", "the name of a network", "7"),
    Fault(
      "task", #""segmentation""#,
      "one of image_classification, object_detection, self_supervised_learning, "
        + "masked_image_modeling or null", #""segmentation""#
    ),
    Fault("parameters", "true", "a positive integer or null", "true"),
    Fault("license", "{}", "a string or null", "an object"),
    Fault(
      "signature", #"{"inputs": [{"data_shape": [0, 3, 224]}]}"#,
      #"{"inputs": [{"data_shape": [0, C, H, W]}], "outputs": [{"data_shape": [0, N]}]} or null"#,
      "an object"
    ),
    Fault(
      "rgb_stats", #"{"mean": [0, 0, 0], "std": [1, 1, 0]}"#,
      #"{"mean": [r, g, b], "std": [r, g, b]} with positive standard deviations or null"#,
      "an object"
    ),
    Fault("metrics", #"{"top1": null}"#, at: "metrics.top1", "a number", "null"),
    Fault("papers", #"["a", 1]"#, "an array of strings or null", "an array"),
    Fault("backbone", #"{"tag": "x"}"#, at: "backbone.network", "the name of a network", "nothing"),
  ])
  func faultOfAFieldIsNamed(_ fault: Fault) throws {
    var model: JSONValue = ["network": "n", "files": ["pt": ["url": "a.pt"]]]
    var fields = try #require(model.object)
    fields[fault.key] = try JSONValue(parsing: fault.value)
    model = .object(fields)
    let registry: JSONValue = ["schema": 1, "models": ["m": model]]
    #expect(
      failure(registry.serialized().utf8)?.description
        == "registry 'zoo.json', model 'm', field '\(fault.field)': expected \(fault.expected), "
        + "found \(fault.found); correct the registry")
  }

  @Test func aByteOrderMarkIsPassedOver() throws {
    let text = Array("\u{FEFF}{\"schema\": 1, \"models\": {}}".utf8)
    #expect(try Registry(parsing: text, source: "zoo.json").names() == [])
    #expect(throws: RegistryError.self) {
      try Registry(parsing: text.prefix(3) + text, source: "zoo.json")
    }
  }

  @Test func unknownSchemaIsUnsupported() {
    let error = failure(#"{"schema": 2, "models": 5}"#.utf8)
    #expect(error?.kind == .unsupported)
    #expect(
      error?.description
        == "registry 'zoo.json' is of schema 2, and this version reads schema 1; update "
        + "swift-model-zoo or use a registry of schema 1")
  }

  @Test func everyTruncationOfARegistryIsAnError() {
    let text = #"{"schema": 1, "models": {"m": {"network": "n", "files": {"pt": {"url": "a"}}}}}"#
    #expect(throws: Never.self) { try Registry(parsing: text.utf8, source: "zoo.json") }
    for count in 0..<text.utf8.count {
      #expect(failure(text.utf8.prefix(count))?.kind == .integrity)
    }
  }

  @Test func longValuesAreShortenedInMessages() {
    let text = #"{"schema": "\#(String(repeating: "x", count: 10_000))"}"#
    #expect((failure(text.utf8)?.description.count ?? .max) < 300)
  }
}

/// A model's field with a value that is wrong, and what the error says of it.
struct Fault: Sendable {
  let key: String
  let value: String
  let field: String
  let expected: String
  let found: String

  init(_ key: String, _ value: String, at field: String? = nil, _ expected: String, _ found: String)
  {
    self.key = key
    self.value = value
    self.field = field ?? key
    self.expected = expected
    self.found = found
  }
}

private let expectedURL =
  "an http, https or file URL, or one relative to the registry (a registry from the network cannot "
  + "name local files)"
private let expectedNames =
  "names that can be part of a file name (1 to 200 bytes, no '/', no control characters, not '.' "
  + "or '..')"
