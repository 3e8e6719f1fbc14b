extension Collection<UInt8> {
  /// Whether as many numbers stand in a row as an image has samples: with blanks, commas, semicolons and brackets between
  /// them, and nothing else, or with comments from a hash sign to the end of a line as well.
  var hasRowOfNumbers: Bool { hasRowOfNumbers(withComments: false) || hasRowOfNumbers(withComments: true) }

  private func hasRowOfNumbers(withComments: Bool) -> Bool {
    var (row, hasDigit, isNumber, isComment) = (0, false, true, false)
    for byte in self where !isComment || byte.isLineEnd {
      isComment = withComments && byte == UInt8(ascii: "#")
      switch isComment ? .separator : NumberCharacter.kinds[Int(byte)] {
      case .digit: hasDigit = true
      case .sign: break
      case .other: isNumber = false
      case .separator:
        if hasDigit || !isNumber { row = isNumber ? row + 1 : 0 }
        (hasDigit, isNumber) = (false, true)
        if row >= ImagesInText.fewestSamples { return true }
      }
    }
    return row + (hasDigit && isNumber ? 1 : 0) >= ImagesInText.fewestSamples
  }
}

/// What a character is among numbers.
private enum NumberCharacter {
  case digit
  case sign
  case separator
  case other

  static let kinds = (UInt8.min...UInt8.max).map { byte -> NumberCharacter in
    switch byte {
    case 0x30...0x39: .digit
    case _ where ".-+eE".utf8.contains(byte): .sign
    case _ where byte.isBlank || ",;[](){}".utf8.contains(byte): .separator
    default: .other
    }
  }
}
