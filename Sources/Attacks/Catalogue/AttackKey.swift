/// The catalogue: every attack that the command can name, in the order in which lists show them.
///
/// An attack is made with its case here, and every case says which kind it stands for: whoever adds an attack and forgets it
/// here cannot compile.
package enum AttackKey: String, Sendable, Hashable, CaseIterable {
  case square
  case squareL2 = "square-l2"
  case hopSkipJump = "hopskipjump"
  case nes
  case simba
  case spatial
  case noise
  case contrast
  case jpeg

  package var kind: AttackKind {
    switch self {
    case .square: SquareLinf.kind
    case .squareL2: SquareL2.kind
    case .hopSkipJump: HopSkipJump.kind
    case .nes: EstimatedGradient.kind
    case .simba: SimBA.kind
    case .spatial: RotationTranslation.kind
    case .noise: UniformNoise.kind
    case .contrast: ContrastLoss.kind
    case .jpeg: JPEGLoss.kind
    }
  }
}
