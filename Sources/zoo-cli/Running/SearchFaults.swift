import ModelZoo

extension ImageCollection {
  /// Tells of what could not be searched, and gives it in the form of faulty images.
  ///
  /// - Parameters:
  ///   - range: The images that a run is about; the faults of the others are told of by other runs.
  ///   - isStrict: Whether the first one is an error.
  func searchFaults(in range: Range<Int>, isStrict: Bool) throws -> [RowFault] {
    let faults = faults(in: range)
    if isStrict, let first = faults.first { throw first.error }
    let told = 5
    for fault in faults.prefix(told) { StandardError.note("\(fault.error)") }
    if faults.count > told {
      StandardError.note("and \(RunSummary.unsearched(faults.count - told)) besides")
    }
    return faults.map {
      RowFault(sample: $0.path, reason: "\($0.error)", kind: $0.error.kind)
    }
  }
}
