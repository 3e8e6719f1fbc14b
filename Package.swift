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

// Release builds for x86-64 may use AVX2, and the command and the library check that the processor has it. Dependants build
// with these flags as well: packages of the tools version 6.2 may bring flags of their own. SLUICE_PORTABLE leaves them out.
#if arch(x86_64)
  let vectorised: [SwiftSetting] =
    Context.environment["SLUICE_PORTABLE"] != nil
    ? [] : [.unsafeFlags(["-Xcc", "-march=x86-64-v3"], .when(configuration: .release))]
  let checksProcessor: [SwiftSetting] =
    vectorised.isEmpty ? [] : [.define("SLUICE_X86_64_V3", .when(configuration: .release))]
#else
  let vectorised: [SwiftSetting] = []
  let checksProcessor: [SwiftSetting] = []
#endif
// Modules that touch pixels or C: every unsafe expression is marked.
let pixels: [SwiftSetting] =
  strict + vectorised + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]

// Servers and databases are for the command alone: a program that embeds the library leaves this trait out, and with it all but
// five packages.
let withCommand: TargetDependencyCondition? = .when(traits: ["Command"])

let cWarnings: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

let package = Package(
  name: "sluice",
  products: [
    .library(name: "Sluice", targets: ["Sluice"]),
    .executable(name: "sluice", targets: ["SluiceCommand"]),
  ],
  traits: [
    .default(enabledTraits: ["Command"]),
    .trait(name: "Command", description: "The command with its gateway and audit log. The library needs none of them."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    // Its standard traits bring a configuration library of its own, which the command does not use.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(
      name: "CImageCodecs",
      cSettings: cWarnings,
      linkerSettings: [.linkedLibrary("png16"), .linkedLibrary("jpeg"), .linkedLibrary("z")]),
    .target(name: "COpenVINO", cSettings: cWarnings, linkerSettings: [.linkedLibrary("dl")]),

    .target(
      name: "CHiredis", cSettings: cWarnings,
      linkerSettings: [.linkedLibrary("hiredis"), .linkedLibrary("ssl"), .linkedLibrary("crypto")]),
    .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLAPACK", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),

    .target(name: "Common", swiftSettings: strict),
    .target(
      name: "Files", dependencies: ["Common", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: pixels),
    .target(name: "Pixels", dependencies: ["Common"], swiftSettings: pixels),
    .target(name: "Workers", swiftSettings: pixels),
    .target(name: "Preprocessing", dependencies: ["Common", "Pixels"], swiftSettings: pixels),
    .target(
      name: "ImageCodecs",
      dependencies: ["CImageCodecs", "Common", "Pixels", .product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: pixels),
    .target(name: "Pictures", dependencies: ["Common", "Pixels"], swiftSettings: pixels),
    .target(
      name: "Squeezers",
      dependencies: [
        "Common", "Pixels", "Preprocessing", "ImageCodecs", .product(name: "RealModule", package: "swift-numerics"),
      ], swiftSettings: pixels),
    .target(
      name: "Classifiers",
      dependencies: [
        "COpenVINO", "Common", "Files", "Pixels", .product(name: "RealModule", package: "swift-numerics"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], swiftSettings: pixels),
    .target(
      name: "Detectors",
      dependencies: [
        "Common", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers",
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: pixels),
    .target(
      name: "Decision", dependencies: ["Common", .product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: strict),
    .target(
      name: "StatefulDetection",
      dependencies: ["Common", "Pixels", .product(name: "RealModule", package: "swift-numerics")],
      swiftSettings: pixels),
    .target(
      name: "FilterPipeline",
      dependencies: [
        "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors",
        "Decision", .product(name: "RealModule", package: "swift-numerics"), .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: pixels),
    .target(
      name: "Cryptography", dependencies: ["Common", "Files", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict + [.strictMemorySafety()]),
    .target(
      name: "Sluice",
      dependencies: [
        "Common", "Files", "Pixels", "Workers", "ImageCodecs", "Detectors", "Decision", "FilterPipeline",
        "Cryptography",
      ],
      swiftSettings: strict + checksProcessor + [.strictMemorySafety()]),
    .target(
      name: "Calibration",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Pictures", "Squeezers", "Classifiers",
        "Detectors", "Decision", "FilterPipeline", .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: strict),
    .target(name: "RidgeRegression", dependencies: ["CLAPACK", "Common"], swiftSettings: pixels),
    .target(
      name: "ModelSetup",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Decision",
        "FilterPipeline", "RidgeRegression",
      ],
      exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "Attacks",
      dependencies: [
        "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Pictures", "Classifiers", "Detectors",
        "Decision", "FilterPipeline", "Calibration", .product(name: "RealModule", package: "swift-numerics"),
      ],
      swiftSettings: pixels),
    .target(
      name: "AuditLog",
      dependencies: [
        "Common", "Files", "Workers", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift", condition: withCommand),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["README.md"], swiftSettings: strict),
    .target(
      name: "AuditLogPostgreSQL", dependencies: ["CPostgreSQL", "Common", "AuditLog"], swiftSettings: pixels),
    .target(
      name: "StatefulDetectionRedis", dependencies: ["CHiredis", "Common", "Workers", "StatefulDetection"],
      swiftSettings: pixels),
    .target(
      name: "Auditing",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Pictures", "Squeezers", "Detectors", "Decision",
        "FilterPipeline", "AuditLog", "AuditLogPostgreSQL", "StatefulDetection",
      ],
      swiftSettings: strict),
    .target(name: "OpenInference", dependencies: ["Common"], swiftSettings: strict),
    .target(
      name: "OpenInferenceRPC",
      dependencies: [
        "Common", "OpenInference", .product(name: "GRPCCore", package: "grpc-swift-2", condition: withCommand),
        .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf", condition: withCommand),
        .product(name: "SwiftProtobuf", package: "swift-protobuf", condition: withCommand),
      ],
      exclude: ["open_inference.proto"], swiftSettings: strict),
    .target(
      name: "Gateway",
      dependencies: [
        "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Pictures", "Classifiers", "Decision",
        "FilterPipeline", "AuditLog", "Auditing", "OpenInference", "OpenInferenceRPC",
        "StatefulDetection", "StatefulDetectionRedis", "Cryptography",
        .product(name: "AsyncAlgorithms", package: "swift-async-algorithms", condition: withCommand),
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: withCommand),
        .product(name: "GRPCCore", package: "grpc-swift-2", condition: withCommand),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport", condition: withCommand),
        .product(name: "HTTPTypes", package: "swift-http-types", condition: withCommand),
        .product(name: "Hummingbird", package: "hummingbird", condition: withCommand),
        .product(name: "HummingbirdCore", package: "hummingbird", condition: withCommand),
        .product(name: "HummingbirdHTTP2", package: "hummingbird", condition: withCommand),
        .product(name: "HummingbirdTLS", package: "hummingbird", condition: withCommand),
        .product(name: "Logging", package: "swift-log", condition: withCommand),
        .product(name: "Mustache", package: "swift-mustache", condition: withCommand),
        .product(name: "NIOCertificateReloading", package: "swift-nio-extras", condition: withCommand),
        .product(name: "NIOCore", package: "swift-nio", condition: withCommand),
        .product(name: "NIOHPACK", package: "swift-nio-http2", condition: withCommand),
        .product(name: "NIOHTTP1", package: "swift-nio", condition: withCommand),
        .product(name: "NIOHTTP2", package: "swift-nio-http2", condition: withCommand),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: withCommand),
        .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras", condition: withCommand),
        .product(name: "NIOPosix", package: "swift-nio", condition: withCommand),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: withCommand),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: withCommand),
        .product(name: "SwiftProtobuf", package: "swift-protobuf", condition: withCommand),
        .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: withCommand),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["README.md"], resources: [.embedInCode("Pages/Assets")],
      swiftSettings: strict),
    // Not called like its product: where upper and lower case are one, its folder would be that of the library.
    .executableTarget(
      name: "SluiceCommand",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Pictures", "Squeezers", "Classifiers",
        "Detectors", "Decision", "FilterPipeline", "Calibration", "Attacks", "AuditLog", "Auditing", "ModelSetup",
        "Gateway", "Cryptography", "Sluice",
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: withCommand),
        .product(name: "Logging", package: "swift-log", condition: withCommand),
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Pixels", "ImageCodecs"], path: "Tests/TestSupport",
      swiftSettings: tests),
    .target(
      name: "AuditTestSupport", dependencies: ["Common", "AuditLog"], path: "Tests/AuditTestSupport",
      swiftSettings: tests),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: tests),
    .testTarget(name: "CommonTests", dependencies: ["Common"], swiftSettings: tests),
    .testTarget(
      name: "FilesTests",
      dependencies: ["Common", "Files", "TestSupport", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: tests),
    .testTarget(name: "PixelsTests", dependencies: ["Common", "Pixels", "TestSupport"], swiftSettings: tests),
    .testTarget(name: "WorkersTests", dependencies: ["Workers", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "CryptographyTests", dependencies: ["Common", "Cryptography", "TestSupport"], swiftSettings: tests),
    .testTarget(name: "RidgeRegressionTests", dependencies: ["Common", "RidgeRegression"], swiftSettings: tests),
    .testTarget(
      name: "ModelSetupTests",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Classifiers", "FilterPipeline", "ModelSetup",
        "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: tests),
    .testTarget(
      name: "PreprocessingTests", dependencies: ["Common", "Pixels", "Preprocessing", "ImageCodecs", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: tests),
    .testTarget(
      name: "ImageCodecsTests", dependencies: ["CImageCodecs", "Common", "Pixels", "ImageCodecs", "TestSupport"],
      exclude: ["Fixtures", "Peers"], swiftSettings: tests),
    .testTarget(
      name: "SqueezersTests", dependencies: ["Common", "Pixels", "Preprocessing", "Squeezers", "TestSupport"],
      swiftSettings: tests),
    .testTarget(
      name: "ClassifiersTests", dependencies: ["Common", "Files", "Pixels", "Classifiers", "TestSupport"],
      exclude: ["Fixtures"],
      swiftSettings: tests),
    .testTarget(
      name: "DetectorsTests",
      dependencies: [
        "Common", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors", "TestSupport",
      ],
      swiftSettings: tests),
    .testTarget(
      name: "StatefulDetectionTests", dependencies: ["Pixels", "StatefulDetection", "TestSupport"], swiftSettings: tests
    ),
    .testTarget(
      name: "StatefulDetectionRedisTests",
      dependencies: ["Common", "StatefulDetection", "StatefulDetectionRedis", "TestSupport"],
      swiftSettings: tests),
    .testTarget(name: "DecisionTests", dependencies: ["Common", "Decision", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "CalibrationTests",
      dependencies: [
        "Common", "Files", "Pixels", "ImageCodecs", "Classifiers", "Decision", "FilterPipeline", "Calibration",
        "TestSupport",
      ], swiftSettings: tests),
    .testTarget(
      name: "AttacksTests",
      dependencies: [
        "Common", "Files", "Pixels", "ImageCodecs", "Classifiers", "FilterPipeline", "Calibration", "Attacks",
        "TestSupport",
      ], swiftSettings: tests),
    .testTarget(
      name: "FilterPipelineTests",
      dependencies: [
        "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors",
        "FilterPipeline", "TestSupport",
      ], swiftSettings: tests),
    .testTarget(
      name: "AuditLogTests",
      dependencies: [
        "Common", "AuditLog", "AuditLogPostgreSQL", "AuditTestSupport", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      exclude: ["Peers", "Fixtures"], swiftSettings: tests),
    .testTarget(
      name: "AuditingTests",
      dependencies: [
        "Common", "Pixels", "ImageCodecs", "Pictures", "Squeezers", "FilterPipeline", "AuditLog", "Auditing",
        "StatefulDetection", "AuditTestSupport", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: tests),
    .testTarget(
      name: "OpenInferenceTests", dependencies: ["Common", "OpenInference", "TestSupport"], swiftSettings: tests),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Common", "Pixels", "ImageCodecs", "Classifiers", "Decision", "FilterPipeline", "AuditLog", "Auditing",
        "OpenInference", "OpenInferenceRPC", "StatefulDetection", "Gateway", "SluiceCommand", "TestSupport",
        .product(name: "AsyncHTTPClient", package: "async-http-client", condition: withCommand),
        .product(name: "GRPCCore", package: "grpc-swift-2", condition: withCommand),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport", condition: withCommand),
        .product(name: "Hummingbird", package: "hummingbird", condition: withCommand),
        .product(name: "HummingbirdCore", package: "hummingbird", condition: withCommand),
        .product(name: "HummingbirdHTTP2", package: "hummingbird", condition: withCommand),
        .product(name: "Logging", package: "swift-log", condition: withCommand),
        .product(name: "NIOCore", package: "swift-nio", condition: withCommand),
        .product(name: "NIOHPACK", package: "swift-nio-http2", condition: withCommand),
        .product(name: "NIOSSL", package: "swift-nio-ssl", condition: withCommand),
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["Fixtures", "Peers"], swiftSettings: tests),
    // A program that embeds the library, and a package of its own as well: see Samples/embedding.
    .executableTarget(
      name: "EmbeddingSample",
      dependencies: ["Sluice", .product(name: "Hummingbird", package: "hummingbird", condition: withCommand)],
      path: "Samples/embedding/Sources/EmbeddingSample", swiftSettings: tests),
    .testTarget(
      name: "SluiceTests", dependencies: ["Sluice", "SluiceCommand", "EmbeddingSample", "TestSupport"],
      swiftSettings: tests),
    .testTarget(
      name: "SluiceCommandTests",
      dependencies: [
        "Common", "Pixels", "ImageCodecs", "Classifiers", "AuditLog", "Auditing", "SluiceCommand", "TestSupport",
      ],
      exclude: ["Peers"],
      swiftSettings: tests),
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
        name: name,
        dependencies: ["BenchmarkSubjects", .product(name: "Benchmark", package: "benchmark", condition: withCommand)],
        path: "\(folder)/\(name)", swiftSettings: strict,
        plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]))
  }
}
