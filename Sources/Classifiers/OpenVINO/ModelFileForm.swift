import Common
import Files
import Glibc
import SystemPackage

extension SluiceError.Code {
  package static let unreadableModel = SluiceError.Code("unreadable-model")
}

/// What a model file is by its name and its first bytes, so that what is no model is refused with what would help, before
/// the engine tries every format that it knows on all of it.
enum ModelFileForm {
  /// - Throws: `unreadable-model` for another kind of file, and for one that is cut off.
  /// - Complexity: O(1), and for ONNX one or two short reads for each member of the model, a dozen.
  static func check(_ path: String) throws(SluiceError) {
    let ending = ending(path)
    if FileStatus(path)?.isFolder == true {
      let isSavedModel = FileStatus("\(path)/saved_model.pb") != nil
      throw unreadable(
        path, isSavedModel ? "it is a SavedModel of TensorFlow" : "it is a folder",
        isSavedModel ? fromTensorFlow("--saved-model") : exported)
    }
    try checkName(path)
    guard let file = RandomAccessFile(path) else { return }
    let head = file.bytes(at: 0, count: min(file.count, longestHead)) ?? []
    switch ending {
    case "onnx": try checkONNX(path, file)
    case "tflite" where !head.dropFirst(4).starts(with: Array("TFL3".utf8)):
      throw unreadable(path, "it does not begin as a TensorFlow Lite file does", "convert the model again")
    case "xml" where !ByteText.contains(head, "<net"):
      throw unreadable(
        path, "it does not begin as an OpenVINO IR does", "convert the model again, and keep its .bin beside the .xml")
    case _ where ofTheEngine.contains(ending): break
    default:
      guard !head.dropFirst(4).starts(with: Array("TFL3".utf8)), !ByteText.contains(head, "<net") else { return }
      do throws(SluiceError) { try checkONNX(path, file) } catch {
        throw unreadable(path, "neither its name nor its beginning is that of a model", exported)
      }
    }
  }

  /// Refuses what this process cannot read, and says whether it is there.
  ///
  /// - Parameters:
  ///   - remedy: what helps where nothing is, or something else than a file.
  /// - Throws: `model-not-found` where nothing is; `unreadable-model` for what may not be read, and what is no file.
  static func checkIsReadable(_ path: String, otherwise remedy: String) throws(SluiceError) {
    guard !FileStatus.isMissing(path) else {
      throw SluiceError(.modelNotFound, "the model \(path) does not exist", remedy: remedy)
    }
    if let status = FileStatus(path), !status.isRegularFile {
      throw unreadable(path, status.isFolder ? "it is a folder" : "it is no file", remedy)
    }
    guard unsafe access(path, R_OK) != 0 else { return }
    let obstacle = Errno(rawValue: errno)
    throw unreadable(path, "\(obstacle)", obstacle == .permissionDenied ? "let this user read it" : remedy)
  }

  /// What is known by the name alone: also of a model that is compiled already, and need not be read.
  ///
  /// - Throws: `unreadable-model` for another kind of file.
  static func checkName(_ path: String) throws(SluiceError) {
    if let (what, remedy) = others[ending(path)] { throw unreadable(path, what, remedy) }
  }

  private static func ending(_ path: String) -> String {
    path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased() ?? ""
  }

  /// Endings of further formats that the engine reads, and tells apart by itself.
  private static let ofTheEngine: Set<String> = ["xml", "tflite", "pb", "pbtxt"]

  private static let longestHead = 4096
  private static let exported = "give the model as ONNX (.onnx), OpenVINO IR (.xml) or TensorFlow Lite (.tflite)"

  private static func fromTensorFlow(_ option: String) -> String {
    "convert it: `python -m tf2onnx.convert \(option) MODEL --output model.onnx`, or `ovc MODEL` for an OpenVINO IR"
  }

  private static let fromKeras =
    "convert it: in Python `model.export('model.onnx', format='onnx')` (Keras 3), or `model.export('folder')` and "
    + "`ovc folder` for an OpenVINO IR"
  private static let fromPyTorch = "export it in Python: `torch.onnx.export(model.eval(), example, 'model.onnx')`"

  private static let fromPaddle =
    "convert it: `paddle2onnx --model_dir FOLDER --model_filename MODEL --params_filename WEIGHTS --save_file model.onnx`, "
    + "or `ovc MODEL` for an OpenVINO IR"

  /// Formats that people have, by their endings: those that the engine does not read, and those whose weights lie in files
  /// that only the engine knows, so that nobody would notice that they were changed.
  private static let others: [String: (what: String, remedy: String)] = [
    "keras": ("it is a Keras archive", fromKeras), "h5": ("it is a Keras or HDF5 file", fromKeras),
    "hdf5": ("it is a Keras or HDF5 file", fromKeras),
    "pt": ("it is a file of PyTorch", fromPyTorch), "pth": ("it is a file of PyTorch", fromPyTorch),
    "ckpt": ("it is a checkpoint", fromPyTorch), "safetensors": ("it holds weights without a network", fromPyTorch),
    "bin": ("it holds the weights of an OpenVINO IR", "name the .xml file that belongs to it"),
    "pdmodel": ("it is a model of PaddlePaddle", fromPaddle),
    "json": ("it is no model, or one of PaddlePaddle", fromPaddle),
    "pdiparams": ("it holds the weights of a model of PaddlePaddle", fromPaddle),
    "meta": ("it is a checkpoint of TensorFlow", fromTensorFlow("--inputs NAME:0 --outputs NAME:0 --checkpoint")),
    "pkl": ("it is a pickle, which runs code when it is read", exported),
    "joblib": ("it is a pickle, which runs code when it is read", "convert it with skl2onnx"),
    "mlmodel": ("it is a Core ML model", exported), "engine": ("it is an engine of TensorRT", exported),
    "plan": ("it is an engine of TensorRT", exported),
  ]

  private static func unreadable(_ path: String, _ what: String, _ remedy: String) -> SluiceError {
    SluiceError(.unreadableModel, "the model \(path) cannot be read: \(what)", remedy: remedy)
  }

  // MARK: - ONNX

  private static let graphField = 7
  private static let mostMembers = 10_000
  private static let mostFields: UInt64 = 64

  /// The members of the model one after another: they fill the file, and one of them is the graph.
  private static func checkONNX(_ path: String, _ file: borrowing RandomAccessFile) throws(SluiceError) {
    var position = 0
    var hasGraph = false
    var members = 0
    while position < file.count {
      guard members < mostMembers else { return }
      members += 1
      guard let tag = Varint.read(file, at: &position, before: file.count), (1...mostFields).contains(tag >> 3) else {
        throw members > 1 && hasGraph ? cutOff(path) : noONNX(path)
      }
      switch tag & 7 {
      case 0: guard Varint.read(file, at: &position, before: file.count) != nil else { throw cutOff(path) }
      case 1: position += 8
      case 2:
        guard let length = Varint.read(file, at: &position, before: file.count), let count = Int(exactly: length) else {
          throw noONNX(path)
        }
        hasGraph = hasGraph || tag >> 3 == UInt64(graphField)
        guard count <= file.count - position else { throw hasGraph ? cutOff(path) : noONNX(path) }
        position += count
      case 5: position += 4
      default: throw noONNX(path)
      }
    }
    guard hasGraph, position == file.count else { throw noONNX(path) }
  }

  private static func noONNX(_ path: String) -> SluiceError {
    unreadable(path, "it does not begin as an ONNX model does", "export the model again, or check what the file is")
  }

  private static func cutOff(_ path: String) -> SluiceError {
    unreadable(path, "it ends in the middle of the model", "copy or download it again")
  }
}

private enum ByteText {
  static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return false }
    return (0...bytes.count - wanted.count).contains { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
