// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "embedding",
  dependencies: [
    // In a program of your own: .package(url: "…/sluice", from: "…", traits: [])
    .package(name: "sluice", path: "../..", traits: []),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "EmbeddingSample",
      dependencies: [
        .product(name: "Sluice", package: "sluice"), .product(name: "Hummingbird", package: "hummingbird"),
      ])
  ])
