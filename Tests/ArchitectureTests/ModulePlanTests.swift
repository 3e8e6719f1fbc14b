import Foundation
import TestSupport
import Testing

/// Package.swift says what each module imports, no more and no less, and imports go one way. See Sources/README.md.
@Suite struct ModulePlanTests {
  static let targets = (try? PackagePlan().targets) ?? []
  static let modules = targets.filter { target in
    !["Tests", "TestSupport"].contains { target.name.hasSuffix($0) }
  }

  /// From the ground up: a module may import those above it in this list that its own line names.
  static let permitted: KeyValuePairs<String, Set<String>> = [
    "CHiredis": [], "CImageCodecs": [], "CLAPACK": [], "COpenVINO": [], "CPostgreSQL": [],
    "Common": [],
    "Files": ["Common"],
    "Pixels": ["Common"],
    "Workers": [],
    "Preprocessing": ["Common", "Pixels"],
    "ImageCodecs": ["Common", "Pixels", "CImageCodecs"],
    "Pictures": ["Common", "Pixels"],
    "Squeezers": ["Common", "Pixels", "Preprocessing", "ImageCodecs"],
    "Classifiers": ["Common", "Files", "Pixels", "COpenVINO"],
    "Detectors": ["Common", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers"],
    "Decision": ["Common"],
    "StatefulDetection": ["Common", "Pixels"],
    "FilterPipeline": [
      "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Detectors",
      "Decision",
    ],
    "Calibration": [
      "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Pictures", "Squeezers", "Classifiers", "Detectors",
      "Decision", "FilterPipeline",
    ],
    "RidgeRegression": ["Common", "CLAPACK"],
    "ModelSetup": [
      "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Squeezers", "Classifiers", "Decision",
      "FilterPipeline", "RidgeRegression",
    ],
    "Attacks": [
      "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Pictures", "Classifiers", "Detectors",
      "Decision", "FilterPipeline", "Calibration",
    ],
    "Cryptography": ["Common", "Files"],
    "AuditLog": ["Common", "Files", "Workers"],
    "AuditLogPostgreSQL": ["Common", "CPostgreSQL", "AuditLog"],
    "StatefulDetectionRedis": ["Common", "CHiredis", "Workers", "StatefulDetection"],
    "Auditing": [
      "Common", "Files", "Pixels", "Preprocessing", "ImageCodecs", "Pictures", "Squeezers", "Detectors", "Decision",
      "FilterPipeline", "AuditLog", "AuditLogPostgreSQL", "StatefulDetection",
    ],
    "OpenInference": ["Common"],
    "OpenInferenceRPC": ["Common", "OpenInference"],
    "Gateway": [
      "Common", "Files", "Pixels", "Workers", "Preprocessing", "ImageCodecs", "Pictures", "Classifiers", "Decision",
      "FilterPipeline", "AuditLog", "Auditing", "OpenInference", "OpenInferenceRPC", "StatefulDetection",
      "StatefulDetectionRedis", "Cryptography",
    ],
  ]

  @Test("who embeds the library is told of every name that no target of another package may have")
  func namesAreTaken() throws {
    let page = try String(
      contentsOfFile: Repository.file("Sources/Sluice/Sluice.docc/Embedding.md"), encoding: .utf8)
    let taken = Self.targets.map(\.name).filter { !$0.hasSuffix("Tests") }
    #expect(taken.count > 20)
    for name in taken { #expect(page.contains("`\(name)`"), "\(name)") }
  }

  /// What comes from other packages at or below FilterPipeline. Networks, databases and cryptography never do.
  static let permittedProducts: Set<String> = ["RealModule", "SystemPackage", "Yams"]

  /// Modules of Swift and of the system, which no package declares.
  static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Testing", "Dispatch",
  ]

  @Test func thePlanIsReadWhole() {
    #expect(Self.targets.count > 30)
    #expect(Set(Self.targets.map(\.name)).count == Self.targets.count)
  }

  @Test(arguments: targets)
  func declaresWhatItImports(target: PackagePlan.Target) throws {
    let imported = try target.imports().subtracting(Self.system)
    // Tests run the command as a process, or use what only an executable has.
    let ran: Set<String> = target.name.hasSuffix("Tests") ? ["SluiceCommand", "EmbeddingSample"] : []
    #expect(imported == target.modules.union(target.products).subtracting(ran.subtracting(imported)))
  }

  @Test(arguments: modules)
  func importsGoOneWay(target: PackagePlan.Target) {
    let line = Self.permitted.first { $0.key == target.name }
    guard let line else {
      // What stands at the top may import all below.
      #expect(
        ["Sluice", "SluiceCommand", "EmbeddingSample"].contains(target.name), "\(target.name) has no line in the plan")
      return
    }
    #expect(target.modules.subtracting(line.value).isEmpty)
  }

  @Test func thePlanHasNoCircles() {
    var known: Set<String> = []
    for (name, imports) in Self.permitted {
      #expect(imports.subtracting(known).isEmpty, "\(name) imports what stands below it in the plan")
      known.insert(name)
    }
  }

  @Test("the table of modules names the nearest that each imports", arguments: modules)
  func theTableSaysWhatIsImported(target: PackagePlan.Target) throws {
    guard target.name != "EmbeddingSample" else { return }
    #expect(try ModuleTable().nearest[target.name] == Self.nearest(target))
  }

  /// What a target imports, without what comes with another of its imports.
  private static func nearest(_ target: PackagePlan.Target) -> Set<String> {
    target.modules.filter { name in !target.modules.contains { below($0).contains(name) } }
  }

  private static func below(_ name: String) -> Set<String> {
    var found: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      let imports = targets.first { $0.name == next }?.modules ?? []
      for name in imports where found.insert(name).inserted { open.append(name) }
    }
    return found
  }

  // Swift's library needs one as well: nothing is built where there is none, or another.
  @Test("the C library is imported without asking whether there is one", arguments: targets)
  func theCLibraryIsThere(target: PackagePlan.Target) throws {
    #expect(try target.files(with: "canImport(" + "Glibc)").isEmpty)
  }

  // A program that embeds the library neither fetches nor builds the others.
  @Test func theLibraryNeedsFewPackages() throws {
    #expect(try PackagePlan().productsWithoutTrait == Self.permittedProducts.union(["Crypto"]))
  }

  @Test func wideDependenciesStayAtTheTop() throws {
    let low = Self.permitted.prefix { $0.key != "Calibration" }.map(\.key)
    for target in Self.modules where low.contains(target.name) {
      #expect(target.products.subtracting(Self.permittedProducts).isEmpty, "\(target.name)")
    }
  }
}
