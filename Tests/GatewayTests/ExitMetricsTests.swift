import Decision
import Gateway
import Testing

@Suite struct ExitMetricsTests {
  private static let certificate = EarlyExits.Certificate(
    terms: .init(
      budget: 0.05, rule: .union, shares: [:], privateWitnesses: [], drawsOrder: false, limit: ExitLimit()),
    firstQuantile: 0.5, attacks: [],
    counts: .init(
      detections: 300, losses: 0, bound: 0.00994, cleanExits: 3000, cleanExitsFlagged: 0, cleanImages: 4000),
    callsPerCleanImage: nil)

  @Test("metrics say how many audited exits would have been flagged, within which bounds, and whether that is too many")
  func report() {
    let metrics = GatewayMetrics(version: "1")
    let audit = ExitAudit(Self.certificate)
    for _ in 0..<97 { _ = audit.noteAudited(isFlagged: false) }
    metrics.noteExits(audit.report)
    let quiet = metrics.registry.text
    #expect(quiet.contains("sluice_audited_exits 97\n") && quiet.contains("sluice_audited_exits_flagged 0\n"))
    #expect(quiet.contains("sluice_exit_certificate_exceeded 0\n"))
    #expect(metrics.registry.value("sluice_audited_exits_flagged_ratio", ["bound": "lower"]) == 0)
    for _ in 0..<8 { _ = audit.noteAudited(isFlagged: true) }
    metrics.noteExits(audit.report)
    #expect(metrics.registry.text.contains("sluice_exit_certificate_exceeded 1\n"))
    #expect(metrics.registry.value("sluice_audited_exits_flagged_ratio", ["bound": "lower"]) > 0.03)
    metrics.noteExits(nil)
    #expect(!metrics.registry.text.contains("\nsluice_audited_exits "))
  }
}
