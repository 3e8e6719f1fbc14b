/// What came of a call of a model server, as metrics and the log call it.
enum UpstreamOutcome: String {
  case answered, unreached, refused, failed, busy, unavailable
  case noRoom = "no-room"
  case late, cancelled
}
