import Common
import Files

/// The outputs of a run: tensors in one file, verdict lines in another.
package final class RunOutputs: JudgementSink {
  private let tensors: (any TensorWriter)?
  private let tensorFile: OutputFile
  private let verdicts: OutputFile?
  /// Whether there was an input that could be judged.
  private var hasJudged = false

  /// - Parameters:
  ///   - tensors: where tensors go.
  ///   - verdicts: where verdict lines go; `nil` for nowhere.
  /// - Throws: `same-file` when both are one; `unwritable-output` when a format needs a temporary file and there is no
  ///   room for one.
  package init(tensors: OutputFile, format: TensorFormat, verdicts: OutputFile?) throws(SluiceError) {
    if format != .none, let verdicts, tensors.isSameFile(as: verdicts) { throw .usedTwice(tensors.name) }
    self.tensors = try format.writer(to: tensors)
    tensorFile = tensors
    self.verdicts = verdicts
  }

  /// The regular files that were opened by their names.
  package var namedFiles: Set<FileStatus.Identity> {
    Set([tensorFile, verdicts].compactMap(\.self).filter(\.isNamed).compactMap(\.identity))
  }

  /// Writes the verdict, then the tensor: nothing is forwarded before its verdict is. Whoever closes the verdicts has seen
  /// enough of them, and keeps the tensors that belong to them: those end as they would with the run.
  package func write(_ judgement: Judgement) throws(SluiceError) {
    do throws(SluiceError) {
      try verdicts?.write(Array((judgement.verdict.json.text + "\n").utf8))
    } catch {
      if replaces(tensorFile) { try finishTensors() }
      throw error
    }
    if judgement.verdict.outcome != .failed { hasJudged = true }
    guard let tensor = judgement.tensor else { return }
    try tensors?.write(tensor, judgement.verdict)
  }

  /// Writes what the format has at its end, and closes the files. One to which a run without a judged input wrote nothing
  /// stays as it was: a path typed wrongly is not to cost what an earlier run made.
  package func finish() throws(SluiceError) {
    if replaces(tensorFile) { try finishTensors() }
    if let verdicts, replaces(verdicts) { try verdicts.close() }
  }

  private func replaces(_ file: OutputFile) -> Bool { hasJudged || !file.hasOldContents }

  private func finishTensors() throws(SluiceError) {
    try tensors?.finish()
    try tensorFile.close()
  }
}
