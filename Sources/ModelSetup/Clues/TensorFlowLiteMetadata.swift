import Files
import Pixels
import Preprocessing

/// What a TensorFlow Lite model says of its quantisation, and the metadata in it: a FlatBuffer of its own, and files that
/// are packed behind it as a ZIP archive.
enum TensorFlowLiteMetadata {
  private static let longestVector = 1 << 16
  /// With these, 256 steps span a tenth to several hundreds, as pictures and scores do.
  private static let scaleRange: ClosedRange<Double> = 4e-4...3

  static func clues(_ surroundings: ModelSurroundings) -> [PreparationClue] {
    guard let file = RandomAccessFile(surroundings.modelPath), let root = FlatNumbers.uint32(file, 0) else { return [] }
    let model = FlatTable(position: root)
    var preparation = quantisations(of: model, file)
    if let metadata = metadata(of: model, file) { read(metadata, file, &preparation) }
    if preparation.labels == nil { preparation.labels = packedLabels(file) }
    return [PreparationClue(source: "the model's metadata", preparation: preparation)]
  }

  // Field numbers of the schemas.
  private enum ModelField { static let (subgraphs, buffers, metadata) = (2, 4, 6) }
  private enum SubgraphField { static let (tensors, inputs, outputs) = (0, 1, 2) }
  private enum TensorField { static let quantisation = 4 }
  private enum QuantisationField { static let (scale, zeroPoint) = (2, 3) }
  private enum MetadataField { static let (name, buffer) = (0, 1) }
  private enum BufferField { static let data = 0 }

  private static func quantisations(of model: FlatTable, _ file: borrowing RandomAccessFile) -> Preparation {
    var preparation = Preparation()
    guard let subgraph = model.tables(ModelField.subgraphs, atMost: 1000, file).first else { return preparation }
    let tensors = subgraph.tables(SubgraphField.tensors, atMost: longestVector, file)
    func quantisation(_ field: Int) -> Quantisation? {
      guard let index = subgraph.int32s(field, atMost: 100, file).first, tensors.indices.contains(index),
        let parameters = tensors[index].table(TensorField.quantisation, file),
        let scale = parameters.floats(QuantisationField.scale, atMost: 100, file).first, scaleRange.contains(scale)
      else { return nil }
      let zeroPoint = parameters.int64s(QuantisationField.zeroPoint, atMost: 100, file).first ?? 0
      guard (-128...255).contains(zeroPoint) else { return nil }
      return Quantisation(scale: Float(scale), zeroPoint: zeroPoint)
    }
    preparation.quantisation = quantisation(SubgraphField.inputs)
    preparation.outputQuantisation = quantisation(SubgraphField.outputs)
    return preparation
  }

  /// The root of the metadata, which is one of the model's buffers.
  private static func metadata(of model: FlatTable, _ file: borrowing RandomAccessFile) -> FlatTable? {
    let entries = model.tables(ModelField.metadata, atMost: 1000, file)
    for entry in entries where entry.text(MetadataField.name, file) == "TFLITE_METADATA" {
      let buffers = model.tables(ModelField.buffers, atMost: longestVector, file)
      guard let index = entry.uint32(MetadataField.buffer, file), buffers.indices.contains(index),
        let (start, _) = buffers[index].vector(BufferField.data, of: 1, atMost: file.count, file),
        let root = FlatNumbers.uint32(file, start)
      else { return nil }
      return FlatTable(position: start + root)
    }
    return nil
  }

  private enum DescriptionField { static let subgraphs = 3 }
  private enum SubgraphDescriptionField { static let inputs = 2 }
  private enum TensorDescriptionField { static let processing = 4 }
  private enum ProcessingField { static let (kind, options) = (0, 1) }
  private enum NormalisationField { static let (mean, deviation) = (0, 1) }
  private static let normalisationKind: UInt8 = 1

  /// `(v − mean) / std` of samples in 0…255.
  private static func read(
    _ metadata: FlatTable, _ file: borrowing RandomAccessFile, _ preparation: inout Preparation
  ) {
    guard let subgraph = metadata.tables(DescriptionField.subgraphs, atMost: 100, file).first,
      let input = subgraph.tables(SubgraphDescriptionField.inputs, atMost: 100, file).first
    else { return }
    for unit in input.tables(TensorDescriptionField.processing, atMost: 100, file)
    where unit.byte(ProcessingField.kind, file) == normalisationKind {
      guard let options = unit.table(ProcessingField.options, file) else { continue }
      preparation.normalisation = Normalisation(
        mean: options.floats(NormalisationField.mean, atMost: 16, file),
        deviation: options.floats(NormalisationField.deviation, atMost: 16, file), factor: 1)
      // The metadata knows no other order of three channels.
      if preparation.normalisation != nil { preparation.order = .rgb }
    }
  }

  /// The first text file with labels in its name that is packed behind the model.
  private static func packedLabels(_ file: borrowing RandomAccessFile) -> [String]? {
    let members = StoredArchive.members(of: file)
    let texts = members.filter { $0.name.hasSuffix(".txt") }
    guard let member = texts.first(where: { $0.name.contains("label") }) ?? texts.first else { return nil }
    return file.bytes(at: member.offset, count: member.count).flatMap { LabelFiles.labels($0, name: member.name) }
  }
}
