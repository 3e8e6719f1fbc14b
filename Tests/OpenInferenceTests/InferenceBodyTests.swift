import Common
import Foundation
import OpenInference
import TestSupport
import Testing

/// Requests and answers as they travel over REST.
struct InferenceBodyTests {
  private func request(_ json: String, binary: [UInt8] = [], length: Int? = nil) throws -> InferenceRequest {
    let body = Array(json.utf8)
    return try InferenceRequest(
      InferenceBody(bytes: body + binary, jsonLength: binary.isEmpty && length == nil ? nil : length ?? body.count))
  }

  private func tensor(_ datatype: String, _ shape: String, _ data: String) throws -> InferenceTensor {
    try request(#"{"inputs":[{"name":"x","datatype":"\#(datatype)","shape":\#(shape),"data":\#(data)}]}"#).inputs[0]
  }

  @Test(
    "listed elements become the bytes that NumPy would have",
    arguments: [
      ("BOOL", "[2]", "[true,false]", [1, 0]), ("UINT8", "[3]", "[0,1,255]", [0, 1, 255]),
      ("INT8", "[2]", "[-1,127]", [255, 127]), ("UINT16", "[1]", "[258]", [2, 1]),
      ("INT16", "[1]", "[-2]", [254, 255]), ("INT32", "[1]", "[-1]", [255, 255, 255, 255]),
      ("INT64", "[1]", "[1]", [1, 0, 0, 0, 0, 0, 0, 0]), ("FP32", "[1]", "[1]", [0, 0, 128, 63]),
      ("FP64", "[1]", "[-2.0]", [0, 0, 0, 0, 0, 0, 0, 192]), ("BYTES", "[1]", #"["AQI="]"#, [2, 0, 0, 0, 1, 2]),
      ("UINT8", "[2,2]", "[[1,2],[3,4]]", [1, 2, 3, 4]), ("UINT8", "[2,2]", "[1,2,3,4]", [1, 2, 3, 4]),
      ("UINT8", "[0]", "[]", []),
      ("UINT64", "[1]", "[18446744073709551615]", [255, 255, 255, 255, 255, 255, 255, 255]),
      ("UINT64", "[1]", "[9223372036854775808]", [0, 0, 0, 0, 0, 0, 0, 128]),
    ] as [(String, String, String, [UInt8])])
  func listedElements(datatype: String, shape: String, data: String, bytes: [UInt8]) throws {
    #expect(try tensor(datatype, shape, data).contents == bytes)
  }

  @Test(
    "what does not add up is refused",
    arguments: [
      ("UINT8", "[2]", "[1]"), ("UINT8", "[1]", "[256]"), ("UINT8", "[1]", "[-1]"), ("UINT8", "[1]", "[1.5]"),
      ("UINT8", "[1]", #"["1"]"#), ("UINT8", "[2,2]", "[[1,2],[3]]"), ("UINT8", "[2,2]", "[[1,2,3,4]]"),
      ("UINT8", "[2,2]", "[[[1,2],[3,4]]]"), ("UINT8", "[-1]", "[1]"), ("UINT8", "[1.0]", "[1]"),
      ("UINT8", "[9223372036854775807,3]", "[1]"), ("BYTES", "[1]", #"["not base64"]"#), ("BYTES", "[2]", #"["AQI="]"#),
      ("FP16", "[1]", "[1]"), ("STRING", "[1]", "[1]"), ("FP32", "[1]", "[null]"), ("FP32", "[1]", "[NaN]"),
      ("UINT8", "1", "[1]"), ("UINT64", "[1]", "[18446744073709551616]"), ("UINT64", "[1]", "[-1]"),
      ("UINT64", "[1]", "[1e19]"), ("INT64", "[1]", "[9223372036854775808]"),
      ("UINT8", "[1]", "1"), ("UINT8", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[1]"),
    ])
  func unsoundElements(datatype: String, shape: String, data: String) {
    #expect(throws: SluiceError.self) { try tensor(datatype, shape, data) }
  }

  @Test("names are taken up to 1000 bytes: of the request, of inputs, and of outputs that are asked for")
  func longNames() throws {
    func named(id: Int = 1, input: Int = 1, output: Int = 1) throws -> InferenceRequest {
      let names = [id, input, output].map { String(repeating: "n", count: $0) }
      return try request(
        #"{"id":"\#(names[0])","inputs":[{"name":"\#(names[1])","datatype":"UINT8","shape":[1],"data":[1]}],"#
          + #""outputs":[{"name":"\#(names[2])"}]}"#)
    }
    #expect(try named(id: 1000, input: 1000, output: 1000).inputs[0].name.utf8.count == 1000)
    for name in [{ try named(id: 1001) }, { try named(input: 1001) }, { try named(output: 1001) }] {
      let error = #expect(throws: SluiceError.self) { try name() }
      #expect(error?.code == .invalidRequest && error?.description.contains("1000") == true)
    }
  }

  @Test("combining marks take no longer than other text, wherever they stand", .timeLimit(.minutes(1)))
  func combiningMarks() throws {
    let marks = CombiningMarks.text
    func input(_ name: String, _ type: String, _ parameters: String = "{}") -> String {
      #"{"name":"\#(name)","datatype":"\#(type)","shape":[1],"data":["AQI="],"parameters":\#(parameters)}"#
    }
    for wrong in [
      #"{"id":"\#(marks)","inputs":[\#(input("x", "BYTES"))]}"#, #"{"inputs":[\#(input(marks, "BYTES"))]}"#,
      #"{"inputs":[\#(input("x", "BYTES" + marks))]}"#, #"{"\#(marks)":1,"inputs":[\#(input("x", "BYTES"))]}"#,
      #"{"inputs":[\#(input("x", "BYTES", #"{"\#(marks)":1}"#))]}"#,
      #"{"inputs":[\#(input("x", "BYTES"))],"outputs":[{"name":"y"},{"name":"y\#(marks)"}]}"#,
    ] {
      #expect(throws: SluiceError.self) { try request(wrong) }
    }
    let parameters = #"{"content_type":"base64\#(marks)"}"#
    let tensor = try request(#"{"inputs":[\#(input("x", "BYTES", parameters))]}"#).inputs[0]
    #expect(tensor.asRaw().parameters.map(\.name) == ["content_type"], "it is no base64, and says no such thing")
  }

  @Test("unsigned numbers of 64 bits keep all their digits")
  func unsignedNumbers() throws {
    let data = "[18446744073709551615,9223372036854775807,0]"
    #expect(try tensor("UINT64", "[3]", data).json().text == data)
  }

  @Test("a million elements are read, and one more is refused")
  func manyElements() throws {
    func zeros(_ count: Int) throws -> InferenceRequest {
      let data = [String](repeating: "0", count: count).joined(separator: ",")
      return try request(#"{"inputs":[{"data":[\#(data)],"name":"x","datatype":"UINT8","shape":[\#(count)]}]}"#)
    }
    #expect(try zeros(1_000_000).inputs[0].contents == [UInt8](repeating: 0, count: 1_000_000))
    let error = #expect(throws: SluiceError.self) { try zeros(1_000_001) }
    #expect(error?.message.contains("1000000") == true)
    // Elements of all tensors count.
    let half = "[" + [String](repeating: "0", count: 500_001).joined(separator: ",") + "]"
    let tensor = #"{"name":"x","datatype":"UINT8","shape":[500001],"data":\#(half)}"#
    #expect(throws: SluiceError.self) { try request(#"{"inputs":[\#(tensor),\#(tensor)]}"#) }
  }

  @Test(
    "a request holds at most four times the bytes of its body, and a little",
    arguments: [
      ("UINT8", "0"), ("FP64", "0"), ("INT64", "0"), ("FP32", "1.5"), ("BOOL", "true"), ("BYTES", #""""#),
      ("BYTES", #""AAAA""#),
    ])
  func boundedMemory(datatype: String, element: String) throws {
    let count = 100_000
    let data = [String](repeating: element, count: count).joined(separator: ",")
    let json = #"{"inputs":[{"name":"x","datatype":"\#(datatype)","shape":[\#(count)],"data":[\#(data)]}]}"#
    #expect(try request(json).byteCount <= 4 * json.utf8.count + 1000)
  }

  @Test("shapes that claim more than there is take no space for it")
  func claimedElements() {
    let error = #expect(throws: SluiceError.self) { try tensor("FP64", "[1000000]", "[0]") }
    #expect(error?.code == .invalidRequest)
    #expect(throws: SluiceError.self) { try tensor("FP64", "[1]", "[0,0]") }
    #expect(throws: SluiceError.self) { try tensor("UINT8", "[2,2]", "[[1,2],[3,4],[5,6]]") }
    #expect(throws: SluiceError.self) { try tensor("UINT8", "[]", "[[1]]") }
    #expect(throws: SluiceError.self) { try tensor("UINT8", "[1]", "[1}") }
    #expect(throws: SluiceError.self) { try tensor("UINT8", "[1]", #"[{"a":[1]}]"#) }
  }

  @Test("a request holds what its parts do")
  func heldMemory() throws {
    let request = try request(
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[4],"parameters":{"binary_data_size":4}}]}"#,
      binary: [1, 2, 3, 4])
    #expect((100...400).contains(request.byteCount))
    let more = InferenceRequest(
      id: request.id, parameters: [JSONValue.Member(name: "a", value: .string(String(repeating: "b", count: 1000)))],
      inputs: request.inputs)
    #expect(more.byteCount - request.byteCount >= 1000)
  }

  @Test("binary data follows the JSON, in order, and all of it is accounted for")
  func binaryData() throws {
    let json = #"""
      {"id":"7","parameters":{"a":1,"binary_data_output":true},"outputs":[{"name":"o","parameters":{"binary_data":false,"b":[2]}}],
      "inputs":[{"name":"x","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}},
      {"name":"y","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":9,"c":true}}]}
      """#
    let binary: [UInt8] = [7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 5]
    let request = try request(json, binary: binary)
    #expect(request.id == "7" && request.wantsBinary && request.inputs[0].contents == [7, 8])
    #expect(request.inputs[1].byteElements == [[], [5]])
    #expect(request.parameters.map(\.name) == ["a"] && request.inputs[1].parameters.map(\.name) == ["c"])
    #expect(!request.wantsBinary("o") && request.wantsBinary("p"))
    // Every cut, and a byte too many.
    for length in 0..<binary.count {
      #expect(throws: SluiceError.self) {
        try self.request(json, binary: Array(binary.prefix(length)), length: json.utf8.count)
      }
    }
    #expect(throws: SluiceError.self) { try self.request(json, binary: binary + [0]) }
    #expect(throws: SluiceError.self) { try self.request(json, binary: binary, length: json.utf8.count + 1) }
    #expect(throws: SluiceError.self) { try self.request(json, binary: binary, length: 10_000) }
  }

  @Test(
    "lengths inside BYTES that lie are refused",
    arguments: [[1, 0, 0], [2, 0, 0, 0, 1], [255, 255, 255, 255, 1]] as [[UInt8]])
  func lyingLengths(contents: [UInt8]) {
    #expect(throws: SluiceError.self) {
      try InferenceTensor(name: "x", datatype: .bytes, shape: [1], contents: contents)
    }
  }

  @Test(
    "requests that break the protocol",
    arguments: [
      "", "[]", "{}", #"{"inputs":{}}"#, #"{"inputs":[{}]}"#, #"{"inputs":[],"id":7}"#, #"{"inputs":[],"outputs":{}}"#,
      #"{"inputs":[],"outputs":[{}]}"#, #"{"inputs":[],"parameters":[]}"#, #"{"inputs":[],"inputs":[]}"#,
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1]}]}"#, #"{"inputs":[7]}"#,
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1],"data":[1],"data":[2]}]}"#,
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1],"data":[1],"parameters":{"binary_data_size":1}}]}"#,
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1],"parameters":{"binary_data_size":"1"}}]}"#,
      #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[1],"parameters":{"binary_data_size":-1}}]}"#,
    ])
  func brokenRequests(json: String) {
    #expect(throws: SluiceError.self) { try request(json) }
  }

  @Test("what is written is read again, raw and listed", arguments: [true, false])
  func roundTrip(isBinary: Bool) throws {
    let request = InferenceRequest(
      id: "q", parameters: [JSONValue.Member(name: "p", value: .string("ü"))],
      inputs: [
        try InferenceTensor(name: "a", datatype: .fp32, shape: [2], contents: [0, 0, 128, 63, 1, 0, 0, 0]),
        try InferenceTensor(name: "b", datatype: .int64, shape: [1], contents: [1, 2, 3, 4, 5, 6, 7, 0]),
      ], outputs: [InferenceRequest.RequestedOutput(name: "o")], wantsBinary: isBinary)
    #expect(try InferenceRequest(request.body(asBinary: isBinary)) == request)
    let response = InferenceResponse(
      modelName: "m", modelVersion: "1", id: "q", outputs: request.inputs)
    #expect(try InferenceResponse(response.body { _ in isBinary }) == response)
  }

  @Test("numbers that JSON does not have become null; half precision is written as the numbers that it stands for")
  func unrepresentable() throws {
    let nan = try InferenceTensor(name: "a", datatype: .fp32, shape: [2], contents: [0, 0, 192, 127, 0, 0, 128, 255])
    #expect(nan.json().text == "[null,null]")
    let half = try InferenceTensor(
      name: "a", datatype: .fp16, shape: [5], contents: [0, 60, 0x66, 0x2E, 0, 0x80, 1, 0, 0, 0x7C])
    #expect(half.json().text == "[1.0,0.099975586,-0.0,5.9604645e-08,null]")
    let brain = try InferenceTensor(name: "a", datatype: .bf16, shape: [2], contents: [0x80, 63, 0xCD, 0x3D])
    #expect(brain.json().text == "[1.0,0.100097656]")
  }

  @Test(
    "half precision in an answer is numbers, rounded to the nearest that there is; a request has none",
    arguments: ["FP16", "BF16"])
  func listedHalves(datatype: String) throws {
    let answer = try answer(datatype, "[1,0.1,-0.0,1e9,null]")
    let written = try #require(try listed(answer)["data"] as? [Any])
    #expect(written.count == 5 && written[0] as? Double == 1 && written[4] is NSNull)
    let tenth: [UInt8] = datatype == "FP16" ? [0x66, 0x2E] : [0xCD, 0x3D]
    #expect(answer.outputs[0].contents[2..<4].elementsEqual(tenth))
    #expect(answer.outputs[0].contents.count == 10)
    #expect(throws: SluiceError.self) { try tensor(datatype, "[1]", "[1]") }
  }

  private func answer(_ datatype: String, _ data: String, _ parameters: String = "{}") throws -> InferenceResponse {
    let count = data.split(separator: ",").count
    let output =
      #"{"name":"y","datatype":"\#(datatype)","shape":[\#(count)],"parameters":\#(parameters),"data":\#(data)}"#
    return try InferenceResponse(InferenceBody(bytes: Array(#"{"outputs":[\#(output)]}"#.utf8), jsonLength: nil))
  }

  private func listed(_ response: InferenceResponse) throws -> [String: Any] {
    let body = response.body { _ in false }
    return try #require((body.bytes.object["outputs"] as? [[String: Any]])?.first)
  }

  @Test("text in an answer is text, whatever it would be as base64", arguments: ["stop", "no-entry", "ü", "", "AQI="])
  func answeredText(label: String) throws {
    let answer = try answer("BYTES", #"["\#(label)"]"#)
    #expect(answer.outputs[0].byteElements == [Array(label.utf8)])
    #expect(try listed(answer)["data"] as? [String] == [label])
  }

  @Test("base64 in an answer that says so is bytes where they travel raw, and base64 where they are listed")
  func answeredBase64() throws {
    let answer = try answer("BYTES", #"["AP8=","c3RvcA=="]"#, #"{"content_type":"base64","a":1}"#)
    #expect(answer.outputs[0].byteElements == [[0, 255], Array("stop".utf8)])
    let listed = try listed(answer)
    #expect(listed["data"] as? [String] == ["AP8=", "c3RvcA=="])
    #expect((listed["parameters"] as? [String: Any])?["content_type"] as? String == "base64")
    let raw = answer.body { _ in true }
    #expect(!String(decoding: raw.bytes.prefix(raw.jsonLength ?? 0), as: UTF8.self).contains("content_type"))
    #expect(try InferenceResponse(raw).outputs[0].byteElements == answer.outputs[0].byteElements)
    let mislabelled = try self.answer("BYTES", #"["no-entry"]"#, #"{"content_type":"base64"}"#)
    #expect(mislabelled.outputs[0].byteElements == [Array("no-entry".utf8)])
  }

  @Test("bytes that are no text are listed as base64 throughout, and say so")
  func listedBytes() throws {
    let tensor = try InferenceTensor(name: "y", shape: [2], elements: [[0, 255], Array("stop".utf8)])
    let listed = try listed(InferenceResponse(modelName: "m", outputs: [tensor]))
    #expect(listed["data"] as? [String] == ["AP8=", "c3RvcA=="])
    #expect((listed["parameters"] as? [String: Any])?["content_type"] as? String == "base64")
  }

  @Test(
    "shared memory is refused, of a request, an input and an output, also where it comes with data",
    arguments: ["shared_memory_region", "shared_memory_byte_size", "shared_memory_offset"])
  func sharedMemory(name: String) {
    let parameters = #""parameters":{"\#(name)":"r"}"#
    for json in [
      #"{"inputs":[],\#(parameters)}"#, #"{"inputs":[],"outputs":[{"name":"y",\#(parameters)}]}"#,
      #"{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8",\#(parameters)}]}"#,
      #"{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8",\#(parameters),"data":[7]}]}"#,
    ] {
      let error = #expect(throws: SluiceError.self) { try request(json) }
      #expect(error?.code == .invalidRequest && error?.message.contains("shared memory") == true)
    }
  }

  @Test("members that are null are none, as KServe's own model servers and their clients write them")
  func nullMembers() throws {
    let answer = try InferenceResponse(
      InferenceBody(
        bytes: Array(
          #"""
          {"id":"5d1e","model_name":"signs","model_version":null,"outputs":[{"name":"y","shape":[1,2],"datatype":"FP32",
          "parameters":null,"data":[0.25,0.75]}],"parameters":null}
          """#.utf8), jsonLength: nil))
    #expect(answer.id == "5d1e" && answer.modelVersion == nil && answer.parameters.isEmpty)
    #expect(answer.outputs.map(\.parameters) == [[]] && answer.outputs[0].shape == [1, 2])
    let request = try request(
      #"""
      {"id":null,"parameters":null,"outputs":null,
      "inputs":[{"name":"x","shape":[1],"datatype":"UINT8","parameters":null,"data":[7]}]}
      """#)
    #expect(request.parameters.isEmpty && request.outputs.isEmpty && request.inputs[0].contents == [7])
    let asked = try self.request(
      #"{"inputs":[],"parameters":{"binary_data_output":null},"outputs":[{"name":"y","parameters":null}]}"#)
    #expect(asked.outputs.map(\.name) == ["y"] && !asked.wantsBinary("y"))
  }

  @Test("null in an answer is a number that is not finite, as it is written here; no other type has one")
  func answeredNull() throws {
    #expect(try answer("FP32", "[null,1]").outputs[0].contents == [0, 0, 192, 127, 0, 0, 128, 63])
    #expect(try listed(answer("FP64", "[null,1]"))["data"] as? [AnyHashable] == [NSNull(), 1.0])
    let words = try answer("FP32", "[NaN,Infinity, -Infinity ]").outputs[0].contents
    #expect(words == [0, 0, 192, 127, 0, 0, 128, 127, 0, 0, 128, 255], "Python writes them")
    for text in ["[NaN1]", "[Nan]", "[-Infinit]", "[NaN Infinity]"] {
      #expect(throws: SluiceError.self) { try answer("FP32", text) }
    }
    #expect(throws: SluiceError.self) { try answer("INT32", "[NaN]") }
    #expect(throws: SluiceError.self) { try answer("INT32", "[null]") }
    #expect(throws: SluiceError.self) { try answer("BYTES", "[null]") }
  }
}

extension [UInt8] {
  fileprivate var object: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(self)) as? [String: Any]) ?? [:]
  }
}
