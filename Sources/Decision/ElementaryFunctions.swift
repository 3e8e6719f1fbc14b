#if canImport(Glibc)
  import Glibc
#endif

package func logarithm(_ value: Double) -> Double { log(value) }
package func exponential(_ value: Double) -> Double { exp(value) }
