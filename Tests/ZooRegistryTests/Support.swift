import Testing
import ZooCore

@testable import ZooRegistry

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A registry with one model whose fields are given as JSON text.
func registry(_ model: String, source: String = "/data/zoo.json") throws -> Registry {
  let text = #"{"schema": 1, "models": {"m": \#(model)}}"#
  return try Registry(parsing: text.utf8, source: source)
}

/// The error of reading a registry; records an issue if there is none.
func failure(
  _ text: some Sequence<UInt8>, source: String = "zoo.json",
  _ location: SourceLocation = #_sourceLocation
) -> RegistryError? {
  do throws(RegistryError) {
    _ = try Registry(parsing: text, source: source)
    Issue.record("the registry was accepted", sourceLocation: location)
    return nil
  } catch {
    return error
  }
}

/// What birder answers, made by `Fixtures/make_birder_names.py`.
func birderFacts() throws -> JSONValue {
  let path = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/birder-names.json")
  return try JSONValue(parsing: Data(contentsOf: path))
}
