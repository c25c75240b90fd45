import ModelZoo

/// What `zoo doctor` finds.
struct Diagnosis {
  private let environment: ZooEnvironment
  private let cache: CacheDirectory
  private let registry: Registry?
  /// What has to be put right.
  let problems: [any ZooFailure]

  /// - Parameter isCacheAskedFor: whether an option or a variable names the cache.
  init(_ environment: ZooEnvironment, isCacheAskedFor: Bool) async {
    self.environment = environment
    cache = CacheDirectory(environment.cache, isAskedFor: isCacheAskedFor)
    var problems: [any ZooFailure] = cache.problem.map { [$0] } ?? []
    do {
      registry = try await Zoo(environment).registry
    } catch {
      registry = nil
      problems.append(error as? any ZooFailure ?? CommandError(.other, "\(error)"))
    }
    if environment.policy == .online, LibraryVersions.curl == nil {
      problems.append(
        CommandError(.other, "libcurl cannot be loaded; install it to download files"))
    }
    self.problems = problems
  }

  private var threads: Int { environment.threads ?? Backend.availableProcessors }

  private var kernels: [String] { KernelPath.all.filter(\.runsHere).map(\.name) }

  /// How this processor computes in each precision.
  private var precisions: [(name: String, value: String)] {
    Precision.allCases.map { precision in
      let isNative = KernelPath.best.isNative(precision)
      return (precision.rawValue, isNative ? "own instructions" : "through wider ones")
    }
  }

  private var libraries: [(name: String, value: String)] {
    [
      ("curl", LibraryVersions.curl ?? "missing"), ("SHA-256", LibraryVersions.sha256),
      ("zlib", zlibVersionText), ("libjpeg-turbo", ImageLibraries.jpeg ?? "unknown"),
      ("libpng", ImageLibraries.png), ("libwebp", ImageLibraries.webP),
    ]
  }

  /// The variables that matter, without those values that are nobody else's business.
  private var variables: [(name: String, value: String)] {
    let shown = [
      "ZOO_CACHE", "ZOO_CACHE_EXTRA", "ZOO_OFFLINE", "ZOO_REGISTRY", "ZOO_THREADS",
      "XDG_CACHE_HOME",
    ]
    let hidden = [
      "HF_TOKEN", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
      "no_proxy", "NO_PROXY",
    ]
    let variables = ZooEnvironment.processVariables
    return shown.compactMap { name in variables[name].map { (name, $0) } }
      + hidden.filter { variables[$0] != nil }.map { ($0, "(set)") }
  }
}

extension Diagnosis {
  var text: String {
    var facts = Facts()
    facts.add("version", zooVersion)
    facts.add("kernels", "\(KernelPath.best.name) (of \(kernels.joined(separator: ", ")))")
    facts.add("precisions", precisions.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
    facts.add("threads", "\(threads) of \(Backend.availableProcessors) processors")
    facts.add("network", environment.policy == .offline ? "not to be used" : "may be used")
    facts.add("cache", cache.text)
    facts.add("read-only", environment.cache.extras.joined(separator: "\n"))
    facts.add("registries", registry?.sources.joined(separator: "\n"))
    facts.add(
      "", registry.map { "\($0.names().count) models, \($0.networkNames.count) networks" })
    facts.add("libraries", libraries.map { "\($0.name) \($0.value)" }.joined(separator: "\n"))
    facts.add("variables", variables.map { "\($0.name)=\($0.value)" }.joined(separator: "\n"))
    facts.add("problems", problems.isEmpty ? "none" : "\(problems.count)")
    return facts.text
  }

  var json: JSONValue {
    [
      "version": .string(zooVersion),
      "kernels": ["used": .string(KernelPath.best.name), "available": .strings(kernels)],
      "precisions": .object(object(precisions)),
      "threads": .integer(threads), "processors": .integer(Backend.availableProcessors),
      "offline": .bool(environment.policy == .offline),
      "cache": [
        "path": environment.cache.json, "exists": .bool(cache.exists),
        "writable": .bool(cache.isWritable), "free_bytes": .optional(cache.freeBytes),
        "extra": .strings(environment.cache.extras),
      ],
      "registries": registry.map { registry in
        [
          "sources": .strings(registry.sources), "models": .integer(registry.names().count),
          "networks": .integer(registry.networkNames.count),
        ]
      } ?? .null,
      "libraries": .object(object(libraries)),
      "variables": .object(object(variables)),
      "problems": .strings(problems.map { "\($0)" }),
    ]
  }

  private func object(_ pairs: [(name: String, value: String)]) -> JSONObject {
    var object = JSONObject()
    for (name, value) in pairs { object[name] = .string(value) }
    return object
  }
}

extension CacheDirectory {
  fileprivate var text: String {
    if path.isEmpty { return "none to write to, set ZOO_CACHE to a directory for it" }
    let state =
      switch (exists, isWritable) {
      case (true, true): "writable"
      case (true, false): isReadable ? "read-only" : "not writable"
      case (false, true): "not made yet"
      case (false, false): "cannot be made"
      }
    return path + " (\(state)\(freeBytes.map { ", \(Units.bytes($0)) free" } ?? ""))"
  }
}
