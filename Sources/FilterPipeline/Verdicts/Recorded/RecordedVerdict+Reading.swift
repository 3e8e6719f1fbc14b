import Common

extension RecordedVerdict {
  /// A verdict or a record of one, where every known member is of its type.
  ///
  /// - Parameters:
  ///   - json: of any version of the form.
  /// - Throws: `invalid-record`, with the members that are damaged.
  /// - Complexity: O(values), with a factor of the members that an object may have.
  package init(_ json: JSONValue) throws(SluiceError) {
    let (verdict, damage) = Self.salvaged(from: json)
    guard damage.paths.isEmpty else { throw damage.error }
    self = verdict
  }

  /// The text of a verdict line or of a record, which may come from strangers.
  ///
  /// - Throws: `invalid-json`, also for text with more than a verdict can have; `invalid-record`.
  package init(reading text: String) throws(SluiceError) {
    try self.init(JSONValue(reading: Array(text.utf8).span, limits: Self.limits))
  }

  private static let limits = JSONValue.Limits(depth: 32, values: 200_000)

  /// What can still be read of a record, for showing it: a damaged member reads like a missing one.
  package static func salvaged(from json: JSONValue) -> (verdict: RecordedVerdict, damage: RecordDamage) {
    var damage = RecordDamage()
    let verdict = RecordedVerdict(json, &damage)
    return (verdict, damage)
  }
}

extension RecordDamage {
  /// What a reader throws who needs the whole record.
  package var error: SluiceError {
    SluiceError(
      .invalidRecord, "the record is damaged, or of a newer form: \(paths.joined(separator: ", ")) cannot be read",
      remedy: "`sluice audit verify` says whether the log was changed")
  }
}

extension SluiceError.Code {
  package static let invalidRecord = SluiceError.Code("invalid-record")
}
