import TestSupport
import Testing

/// Tests with gateways in processes of their own, one after another: many at a time would starve each other.
@Suite(.serialized, .enabled(if: Requirements.hasEngine, "needs the inference engine"))
enum GatewayProcesses {}
