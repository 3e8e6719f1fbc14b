package import GRPCCore
internal import GRPCProtobuf
package import SwiftProtobuf

extension RPCRouter {
  /// What answers a call.
  package typealias Handler<Input, Output> =
    @Sendable (StreamingServerRequest<Input>, ServerContext) async throws -> StreamingServerResponse<Output>

  /// Registers a method whose messages the library decodes.
  package mutating func register<Input: Message, Output: Message>(
    _ method: MethodDescriptor, _ handler: @escaping Handler<Input, Output>
  ) {
    registerHandler(
      forMethod: method, deserializer: ProtobufDeserializer<Input>(), serializer: ProtobufSerializer<Output>(),
      handler: handler)
  }

  /// Registers a method whose messages come undecoded.
  package mutating func register<Output: Message>(
    _ method: MethodDescriptor, _ handler: @escaping Handler<UnreadInferRequest, Output>
  ) {
    registerHandler(
      forMethod: method, deserializer: UnreadDeserializer(), serializer: ProtobufSerializer<Output>(), handler: handler)
  }
}
