// swift-tools-version: 6.2
import PackageDescription

// Sluice's modules import downwards only; each target lists exactly what it may import.
// Wide dependency graphs (cryptography, networking, databases) stay in the topmost targets,
// so that the lower modules and their tests build in seconds.

// Test files reach members through the module under test; naming every module behind it would only be noise.
let tests: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]
let strict = tests + [.enableUpcomingFeature("MemberImportVisibility")]

// Modules that touch pixels or C: every unsafe expression is marked, and release builds may use AVX2.
#if arch(x86_64)
  let vectorised: [SwiftSetting] = [
    .unsafeFlags(["-Xcc", "-march=x86-64-v3"], .when(configuration: .release))
  ]
#else
  let vectorised: [SwiftSetting] = []
#endif
let pixels: [SwiftSetting] =
  strict + vectorised + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]

let cWarnings: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

let package = Package(
  name: "sluice",
  products: [.executable(name: "sluice", targets: ["sluice"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(
      name: "CImageCodecs",
      cSettings: cWarnings,
      linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("z")]),
    .target(name: "COpenVINO", cSettings: cWarnings, linkerSettings: [.linkedLibrary("dl")]),

    .target(name: "Pixels", swiftSettings: pixels),
    .target(name: "Preprocessing", dependencies: ["Pixels"], swiftSettings: pixels),
    .target(name: "ImageCodecs", dependencies: ["Pixels", "CImageCodecs"], swiftSettings: pixels),
    .target(name: "Pictures", dependencies: ["Pixels"], swiftSettings: pixels),
    .target(
      name: "Squeezers", dependencies: ["Pixels", "Preprocessing", "ImageCodecs"], swiftSettings: pixels),
    .target(name: "Classifiers", dependencies: ["Pixels", "COpenVINO"], swiftSettings: pixels),
    .target(
      name: "Detectors", dependencies: ["Squeezers", "Classifiers", "Preprocessing", "ImageCodecs"],
      swiftSettings: pixels),
    .target(name: "Decision", dependencies: ["Pixels"], swiftSettings: strict),
    .target(
      name: "FilterPipeline",
      dependencies: [
        "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors", "Decision",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: pixels),
    .target(
      name: "Calibration",
      dependencies: ["FilterPipeline", "Decision", "Detectors", "ImageCodecs", "Squeezers", "Pixels"],
      swiftSettings: strict),
    .executableTarget(
      name: "sluice",
      dependencies: [
        "Calibration",
        "FilterPipeline", "Decision", "Pictures", "Detectors", "Squeezers", "Classifiers", "ImageCodecs", "Pixels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Pixels", "ImageCodecs"], path: "Tests/TestSupport",
      swiftSettings: tests),
    .testTarget(name: "PixelsTests", dependencies: ["Pixels", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "PreprocessingTests", dependencies: ["Preprocessing", "ImageCodecs", "TestSupport"],
      swiftSettings: tests),
    .testTarget(
      name: "ImageCodecsTests", dependencies: ["ImageCodecs", "CImageCodecs", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: tests),
    .testTarget(
      name: "SqueezersTests", dependencies: ["Squeezers", "Preprocessing", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "ClassifiersTests", dependencies: ["Classifiers", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: tests),
    .testTarget(
      name: "DetectorsTests", dependencies: ["Detectors", "Preprocessing", "ImageCodecs", "TestSupport"],
      swiftSettings: tests),
    .testTarget(name: "DecisionTests", dependencies: ["Decision", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "CalibrationTests", dependencies: ["Calibration", "ImageCodecs", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "FilterPipelineTests", dependencies: ["FilterPipeline", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "SluiceCommandTests", dependencies: ["sluice", "ImageCodecs", "TestSupport"], swiftSettings: tests),
  ]
)

// The benchmarks bring packages of their own, which nothing else is to resolve or build: they exist on request only.
if Context.environment["SLUICE_BENCHMARKS"] != nil {
  let folder = "Sources/Benchmarks"
  package.dependencies.append(
    // Its standard traits count allocations by packages that are not needed to measure time.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
  package.targets.append(contentsOf: [
    .target(
      name: "BenchmarkSubjects",
      dependencies: ["Pixels", "ImageCodecs", "Preprocessing", "Squeezers"], path: "\(folder)/Subjects",
      swiftSettings: pixels),
    .executableTarget(
      name: "SubjectTimings", dependencies: ["BenchmarkSubjects"], path: "\(folder)/Comparison/SubjectTimings",
      swiftSettings: strict),
  ])
  for name in ["SqueezerBenchmarks", "PreprocessingBenchmarks"] {
    package.targets.append(
      .executableTarget(
        name: name, dependencies: ["BenchmarkSubjects", .product(name: "Benchmark", package: "benchmark")],
        path: "\(folder)/\(name)", swiftSettings: strict,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
  }
}
