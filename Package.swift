// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "swift-model-zoo",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "ModelZoo", targets: ["ModelZoo"]),
    .executable(name: "zoo", targets: ["zoo"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // C libraries of the system.
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg",
      providers: [.apt(["libturbojpeg0-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),

    // The project's own C.
    // On Linux libcurl and libcrypto are loaded when they are first used.
    .target(name: "CProcess"),
    .target(name: "CCrypto"),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl", .when(platforms: [.macOS]))]),
    .target(name: "CRegistry"),
    .target(name: "CKernels"),
    .target(name: "CPixels", dependencies: ["CPNG", "CZlib"]),

    // From a name to numbers, each module using only those above it.
    .target(name: "ZooCore"),
    .target(name: "ZooMetrics", dependencies: ["ZooCore"]),
    .target(name: "ZooRegistry", dependencies: ["ZooCore", "CRegistry"]),
    .target(
      name: "ZooFetch",
      dependencies: [
        "ZooCore", "CCurl",
        .target(name: "CCrypto", condition: .when(platforms: [.linux])),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(name: "ZooTensors", dependencies: ["ZooCore", "CKernels"]),
    .target(name: "ZooCheckpoint", dependencies: ["ZooCore", "ZooTensors", "CZlib"]),
    .target(
      name: "ZooTables", dependencies: ["ZooCore", "ZooTensors", "ZooCheckpoint", "CZlib"]),
    .target(
      name: "ZooVision",
      dependencies: ["ZooCore", "ZooTensors", "CPixels", "CTurboJPEG", "CWebP"]),
    .target(name: "ZooCollections", dependencies: ["ZooCore", "ZooVision"]),
    .target(name: "ZooNetworks", dependencies: ["ZooCore", "ZooTensors", "ZooCheckpoint"]),
    .target(
      name: "ModelZoo",
      dependencies: [
        "ZooCore", "ZooRegistry", "ZooFetch", "ZooTensors", "ZooCheckpoint", "ZooVision",
        "ZooNetworks", "ZooCollections", "ZooTables", "ZooMetrics",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "zoo",
      dependencies: [
        "ModelZoo", .target(name: "CProcess", condition: .when(platforms: [.linux])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Sources/zoo-cli"),

    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(name: "ZooCoreTests", dependencies: ["ZooCore"]),
    .testTarget(
      name: "ZooMetricsTests", dependencies: ["ZooCore", "ZooMetrics"], exclude: ["Fixtures"]),
    .testTarget(name: "ZooRegistryTests", dependencies: ["ZooRegistry"], exclude: ["Fixtures"]),
    .testTarget(name: "ZooFetchTests", dependencies: ["ZooCore", "ZooFetch"]),
    .testTarget(
      name: "ZooCheckpointTests", dependencies: ["ZooCheckpoint"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooTensorsTests", dependencies: ["ZooCore", "ZooTensors", "CKernels"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooTablesTests",
      dependencies: ["ZooCore", "ZooTensors", "ZooCheckpoint", "ZooTables"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooVisionTests", dependencies: ["ZooCore", "ZooTensors", "ZooVision"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooCollectionsTests", dependencies: ["ZooCore", "ZooVision", "ZooCollections"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooNetworksTests",
      dependencies: [
        "AllocationCounter", "ZooCore", "ZooTensors", "ZooCheckpoint", "ZooVision", "ZooNetworks",
        "ZooRegistry", "ZooFetch",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ModelZooTests", dependencies: ["ModelZoo", "ZooNetworks"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ZooCommandTests",
      dependencies: [
        "zoo", "ModelZoo", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// For scripts/fuzz alone, which compiles everything for libFuzzer.
if Context.environment["ZOO_FUZZ"] != nil {
  package.targets.append(
    .target(
      name: "ZooFuzz",
      dependencies: [
        "ZooCore", "ZooRegistry", "ZooTensors", "ZooCheckpoint", "ZooVision", "ZooCollections",
        "ZooTables", "ZooMetrics",
      ],
      path: "Fuzz"))
}
