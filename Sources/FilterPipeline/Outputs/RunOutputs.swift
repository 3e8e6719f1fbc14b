import Common
import Files

/// The outputs of a run: tensors in one file, verdict lines in another.
package final class RunOutputs: JudgementSink {
  private let tensors: (any TensorWriter)?
  private let verdicts: OutputFile?
  private let files: [OutputFile]

  /// - Parameters:
  ///   - tensors: where tensors go.
  ///   - verdicts: where verdict lines go; `nil` for nowhere.
  /// - Throws: `same-file` when both are one; `unwritable-output` when a format needs a temporary file and there is no
  ///   room for one.
  package init(tensors: OutputFile, format: TensorFormat, verdicts: OutputFile?) throws(SluiceError) {
    if format != .none, let verdicts, tensors.isSameFile(as: verdicts) { throw .usedTwice(tensors.name) }
    self.tensors = try format.writer(to: tensors)
    self.verdicts = verdicts
    files = [tensors, verdicts].compactMap(\.self)
  }

  /// The regular files that were opened by their names.
  package var namedFiles: Set<FileStatus.Identity> { Set(files.filter(\.isNamed).compactMap(\.identity)) }

  /// Writes the verdict, then the tensor: nothing is forwarded before its verdict is.
  package func write(_ judgement: Judgement) throws(SluiceError) {
    try verdicts?.write(Array((judgement.verdict.json.text + "\n").utf8))
    guard let tensor = judgement.tensor else { return }
    try tensors?.write(tensor, judgement.verdict)
  }

  /// Writes what the format has at its end, and closes the files.
  package func finish() throws(SluiceError) {
    try tensors?.finish()
    for file in files { try file.close() }
  }
}
