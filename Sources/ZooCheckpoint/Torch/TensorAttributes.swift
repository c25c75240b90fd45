import ZooTensors

/// What a pickle gives to a tensor beside its elements, none of which is read: checked as far as
/// PyTorch would refuse it, or would get other elements by it.
extension PickleGraph {
  /// Checks whether a gradient is asked for, of a type that has none.
  func checkGradient(_ value: PickleValue, of dtype: DType) throws(Fault) {
    guard case .bool(let isAsked) = value else {
      throw .corrupt("whether it requires a gradient is neither true nor false")
    }
    if isAsked, dtype.isInteger {
      throw .corrupt("it requires a gradient, which \(dtype.rawValue) elements do not have")
    }
  }

  /// Checks the attributes of a parameter, which Python sets one after the other: `data` and `real`
  /// among them would replace its elements.
  func checkAttributes(_ state: PickleValue) throws(Fault) {
    var parts = [state]
    if let tuple = object(state), tuple.kind == .tuple {
      guard tuple.elements.count == 2 else { throw .corrupt("its attributes are not a dict") }
      parts = tuple.elements
    }
    for part in parts {
      if case .none = part { continue }
      guard let pairs = pairs(part) else { throw .corrupt("its attributes are not a dict") }
      for (key, _) in pairs {
        guard let name = text(key, limit: 1024) else {
          throw .corrupt("the name of an attribute is not a short text")
        }
        guard !PickleGraph.tensorAttributes.contains(name) else {
          throw .corrupt("it has an attribute '\(name)', by which it would become another tensor")
        }
      }
    }
  }

  /// What Python computes for a tensor, and cannot be or is not to be set.
  private static let tensorAttributes: Set = [
    "H", "T", "mH", "mT", "real", "imag", "data", "grad", "grad_dtype", "grad_fn", "requires_grad",
    "retains_grad", "is_leaf", "output_nr", "volatile", "name", "names", "shape", "ndim", "nbytes",
    "itemsize", "dtype", "device", "layout", "is_cpu", "is_cuda", "is_ipu", "is_maia", "is_meta",
    "is_mkldnn", "is_mps", "is_mtia", "is_nested", "is_quantized", "is_sparse", "is_sparse_csr",
    "is_vulkan", "is_xla", "is_xpu", "_base", "_cdata", "_grad", "_grad_fn", "_backward_hooks",
    "_has_symbolic_sizes_strides", "_post_accumulate_grad_hooks", "_python_dispatch", "_version",
    "__class__", "__dict__", "__weakref__", "__cuda_array_interface__",
  ]
}

extension DType {
  /// Whether its elements are whole numbers or truth values.
  var isInteger: Bool {
    switch self {
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: true
    case .float64, .float32, .float16, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2,
      .float8E5M2FNUZ, .float8E8M0FNU, .complex32, .complex64, .complex128:
      false
    }
  }
}
