import Common
import Cryptography
import FilterPipeline

extension PipelineEnvironment {
  /// What this process brings to a filter: cryptography, and its environment variables.
  package static func ofProcess(workers: Int) -> PipelineEnvironment {
    var environment = PipelineEnvironment(
      sha256: Digests.sha256, sha256OfFile: Digests.sha256OfFile, hmac: Digests.hmac, variables: ProcessVariables.all,
      workers: workers)
    environment.readFilesOnce(Digests.sha256(ofFile:passing:))
    return environment
  }
}
