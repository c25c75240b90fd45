import Foundation
import Testing
import ZooCore

@testable import ZooCheckpoint

/// What wrappers around a model leave in a file is told, and gone from what is written.
struct WrappedNamesTests {
  private static let corpus = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus/wrappers")

  @Test(arguments: [
    "prefix-model.pt", "compiled-part.pt", "averaged.pt", "with-state_dict_ema.pt",
  ])
  func convertLeavesOutWhatIsTold(_ name: String) throws {
    let source = try Checkpoint(path: WrappedNamesTests.corpus.appending(path: name).path)
    #expect(source.report()["left_out"]?.strings == source.leftOut)
    #expect(!source.leftOut.isEmpty)
    try withTemporaryDirectory { directory in
      for target in ["x.pt", "x.safetensors"] {
        let path = directory.appending(path: target).path
        let conversion = try source.write(to: path)
        #expect(conversion.notes == source.leftOut)
        let copy = try Checkpoint(path: path)
        #expect(copy.leftOut.isEmpty)
        #expect(copy.stateDict.names.sorted() == source.stateDict.names.sorted())
        #expect(copy.metadata.keys.sorted() == source.metadata.keys.sorted())
      }
    }
  }
}
