// Row kernels of the median. All spans have the length of the target, which the preconditions tell the compiler:
// with that it drops the bounds checks and turns the loops into vector instructions.

/// The upper median of four: the second largest.
func upperMedian(
  _ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>, _ d: Span<UInt8>,
  into target: inout MutableSpan<UInt8>
) {
  let count = target.count
  precondition(a.count == count && b.count == count && c.count == count && d.count == count)
  for index in 0..<count {
    let (larger1, smaller1) = (max(a[index], b[index]), min(a[index], b[index]))
    let (larger2, smaller2) = (max(c[index], d[index]), min(c[index], d[index]))
    target[index] = max(min(larger1, larger2), max(smaller1, smaller2))
  }
}

/// Sorts each column of three samples; the results go to positions from `start` on.
func sortColumns(
  _ a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>,
  low: inout MutableSpan<UInt8>, middle: inout MutableSpan<UInt8>, high: inout MutableSpan<UInt8>, at start: Int
) {
  let count = a.count
  precondition(b.count == count && c.count == count && start >= 0 && start + count <= low.count)
  precondition(middle.count == low.count && high.count == low.count)
  for index in 0..<count {
    let (larger, smaller) = (max(a[index], b[index]), min(a[index], b[index]))
    // Within the targets, as the preconditions say.
    unsafe low[unchecked: start &+ index] = min(smaller, c[index])
    unsafe high[unchecked: start &+ index] = max(larger, c[index])
    unsafe middle[unchecked: start &+ index] = max(smaller, min(larger, c[index]))
  }
}

/// Repeats the first and the last pixel inside a row that has room for one more at either end.
func repeatEdges(_ row: inout MutableSpan<UInt8>, depth: Int) {
  let end = row.count - depth
  for channel in 0..<depth {
    row[channel] = row[depth + channel]
    row[end + channel] = row[end - depth + channel]
  }
}

/// The median of nine from three neighbouring sorted columns, `step` samples apart: the median of the largest low,
/// the median middle and the smallest high (Paeth, Graphics Gems 1990).
func medianOfSortedColumns(
  low: Span<UInt8>, middle: Span<UInt8>, high: Span<UInt8>, step: Int, into target: inout MutableSpan<UInt8>
) {
  let count = target.count
  let (low0, middle0, high0) = (low.extracting(0..<count), middle.extracting(0..<count), high.extracting(0..<count))
  let second = step..<step + count
  let (low1, middle1, high1) = (low.extracting(second), middle.extracting(second), high.extracting(second))
  let third = 2 * step..<2 * step + count
  let (low2, middle2, high2) = (low.extracting(third), middle.extracting(third), high.extracting(third))
  for index in 0..<count {
    let largestLow = max(max(low0[index], low1[index]), low2[index])
    let smallestHigh = min(min(high0[index], high1[index]), high2[index])
    let medianMiddle = median(middle0[index], middle1[index], middle2[index])
    target[index] = median(largestLow, medianMiddle, smallestHigh)
  }
}

@inline(__always)
private func median(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt8 {
  max(min(a, b), min(max(a, b), c))
}

// A median of many samples is found bit by bit from the top: a bit belongs to it exactly when no more samples lie
// below the value with that bit set than the median has below it. Against sorting or histograms this has no
// branches and no data-dependent addresses, so it too runs on vectors.

/// The value found so far with one more bit set.
func propose(_ bit: UInt8, over found: Span<UInt8>, into thresholds: inout MutableSpan<UInt8>) {
  let count = thresholds.count
  precondition(found.count == count)
  for index in 0..<count { thresholds[index] = found[index] | bit }
}

/// Adds one wherever a sample is below its threshold.
func countSamples(
  _ samples: Span<UInt8>, below thresholds: Span<UInt8>, into counts: inout MutableSpan<UInt8>
) {
  let count = counts.count
  precondition(samples.count == count && thresholds.count == count)
  for index in 0..<count { counts[index] &+= samples[index] < thresholds[index] ? 1 : 0 }
}

/// Keeps the proposed value wherever at most `rank` samples are below it.
func accept(
  _ thresholds: Span<UInt8>, whereAtMost rank: UInt8, _ counts: Span<UInt8>,
  into found: inout MutableSpan<UInt8>
) {
  let count = found.count
  precondition(thresholds.count == count && counts.count == count)
  for index in 0..<count {
    found[index] = counts[index] <= rank ? thresholds[index] : found[index]
  }
}
