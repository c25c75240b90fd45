extension ConvolutionalNetwork {
  /// Adds stages below `body.`, each of which ends with a feature map: `stage1`, or the one after the
  /// last that there is, and those that follow.
  ///
  /// - Parameter layers: adds to a stage what it has; stages are counted from 0.
  mutating func appendStages(
    _ count: Int, layers: (_ stage: inout MapBuilder, _ index: Int) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    let existing = featureShapes.count
    for index in 0..<count {
      let name = "stage\(existing + index + 1)"
      var stage = maps.body("body.\(name)")
      try layers(&stage, index)
      append(stage, stage: name)
    }
  }
}

/// Blocks in stages, each of which begins with a block that says so; the first may be empty.
func stages<Block>(of blocks: [Block], beginningWhere begins: (Block) -> Bool) -> [[Block]] {
  var stages: [[Block]] = [[]]
  for block in blocks {
    if begins(block) { stages.append([]) }
    stages[stages.count - 1].append(block)
  }
  return stages
}
